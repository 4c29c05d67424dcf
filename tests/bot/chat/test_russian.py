"""The same in Russian: who reads it in Telegram is spoken to in it."""

from __future__ import annotations

import pytest

from sandbox.botapi import BotApi
from sandbox.providers import Providers
from tests.bot.chat.talking import PATIENCE, pressed, said, told

pytestmark = pytest.mark.anyio


@pytest.fixture
def workers(providers: Providers) -> bool:
    """Posts are tagged and indexed by providers of the sandbox."""
    return providers is not None


@pytest.mark.usefixtures("chat")
async def test_every_command_about_posts_answers_in_russian(known: int, api: BotApi) -> None:
    """Reading, channels, searches, questions, digests, exports: numbers and nouns agree, too."""
    vera = api.person(known, first_name="Вера", language_code="ru")
    await told(vera, "/parse", "Готово: 6 новых постов, 3 канала")
    await told(vera, "/channels", "читается 3, известно 3")
    await told(vera, "/search rocket", "Найдено по запросу rocket")
    await told(vera, "/ask what of the rocket?", "Источники")
    menu = await told(vera, "/digest", "за какое время?", "ничего не приходит")
    await pressed(vera, menu, "⏰ Расписание", "Выберите время")
    await vera.press(await told(vera, "/digest", "за какое время?"), "За неделю").awaited(PATIENCE)
    await said(vera, "6 постов с ")
    menu = await told(vera, "/export", "Какие из ваших постов")
    menu = await pressed(vera, menu, "Все", "В каком виде?")
    await vera.press(menu, "CSV").awaited(PATIENCE)
    await said(vera, "Вот файл: 6 постов")
