"""S8: login codes that are typed into the chat."""

from __future__ import annotations

import pytest

from sandbox import Sandbox
from sandbox.botapi import BotApi, Error, Person
from tests.bot.chat.entering import DONE, SCAN, by_phone, enter
from tests.bot.chat.talking import PATIENCE, PERSON, said, told

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def _open(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever comes may log in."""
    monkeypatch.setenv("TGACTORS_REGISTRATION", "open")


async def test_S8_a_code_is_deleted_and_explained_though_no_login_runs(mia: Person) -> None:
    """Also one that comes by editing, with a picture's caption, or behind a command."""
    for text in ("12345", "код 12-345", "/login 12345"):
        sent = mia.send(text)
        await mia.awaited_gone(sent, within=PATIENCE)
        await said(mia, "looked like a login code", after=sent.id)
    edited = mia.send("hello")
    await said(mia, "I did not understand", after=edited.id)
    mia.edit(edited, "hello, my code is 12345")
    await mia.awaited_gone(edited, within=PATIENCE)
    assert not [each for each in mia.inbox if each.photo], "/login with a code began a login"


async def test_S8_a_code_that_is_awaited_is_no_login_though_it_is_right(
    telegram: Sandbox, mia: Person
) -> None:
    """Typed in any words it is deleted and enters nothing; the keypad still takes it."""
    await told(mia, "/login", SCAN)
    keypad = await by_phone(mia)
    code = telegram.last_code(PERSON)
    typed = mia.send(f"it says {code} on my phone")
    await mia.awaited_gone(typed, within=PATIENCE)
    await said(mia, "looked like a login code")
    assert "auth.signIn" not in {call.method for call in telegram.calls}
    await enter(mia, keypad, code)
    await said(mia, DONE)


async def test_S8_what_cannot_be_deleted_is_asked_to_be(api: BotApi, mia: Person) -> None:
    """Telegram refuses the deletion: the person is asked for it."""
    api.faults.next("deleteMessage", Error(400, "Bad Request: message can't be deleted"))
    await told(mia, "12345", "Delete it, please")


async def test_a_channels_post_with_digits_stays(mia: Person) -> None:
    """Whatever a channel has published is no login code."""
    sent = mia.forward(-1001234567890, "News", "news", 5, "Promo code 12345")
    await mia.awaited(lambda shown: shown.id > sent.id, within=PATIENCE)
    assert not mia.message(sent.id).is_deleted
