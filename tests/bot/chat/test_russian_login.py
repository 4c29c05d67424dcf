"""Logging in, looking, choosing and leaving in Russian."""

from __future__ import annotations

import pytest

from sandbox import Sandbox
from sandbox.botapi import BotApi
from tests.bot.chat.entering import PHONE, enter, read
from tests.bot.chat.talking import PATIENCE, PERSON, pressed, said, told

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def _open(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever comes may log in."""
    monkeypatch.setenv("TGACTORS_REGISTRATION", "open")


@pytest.mark.usefixtures("chat")
async def test_an_account_goes_its_whole_way_in_russian(telegram: Sandbox, api: BotApi) -> None:
    """In by phone and password, through status and settings, out, in again, and forgotten."""
    vera = api.person(PERSON, first_name="Вера", language_code="ru")
    telegram.set_password(PERSON, "мурка", hint="кошка")
    picture = await told(vera, "/login", "Отсканируйте этот код")
    await vera.press(picture, "Вы с этого телефона?").awaited(PATIENCE)
    await said(vera, "напишите его с кодом страны")
    keypad = await said(vera, "Введите его этими кнопками", after=vera.send_contact(PHONE).id)
    await enter(vera, keypad, telegram.last_code(PERSON))
    await said(vera, "облачный пароль", "Подсказка: кошка")
    vera.send("мурка")
    await said(vera, "Вы вошли.")
    await said(vera, "Готово: 6 новых постов")
    await told(vera, "/status", "Вы вошли", "Вы читаете 3 канала.", "Хранится для вас: 6 постов.")
    menu = await told(vera, "/settings", "Язык: Русский, как в Telegram")
    await pressed(vera, menu, "Часовой пояс", "Выберите часовой пояс")
    await pressed(vera, menu, "Europe/Moscow", "Часовой пояс: Europe/Moscow")
    question = await told(vera, "/logout", "Выйти?")
    await vera.press(question, "Да, сделать").awaited(PATIENCE)
    await said(vera, "Вы вышли, здесь и в Telegram.")
    telegram.set_password(PERSON, None)
    telegram.scan(read(await told(vera, "/login", "Отсканируйте этот код")), PERSON)
    await said(vera, "Вы вошли.", after=question.id)
    question = await told(vera, "/forget", "Удалить всё о вас?")
    await vera.press(question, "Да, сделать").awaited(PATIENCE)
    await said(vera, "Удалено навсегда", "их посты: 6")
