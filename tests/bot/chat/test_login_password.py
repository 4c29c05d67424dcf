"""S6: the two-step password, asked for at the bot."""

from __future__ import annotations

import pytest

from sandbox import Sandbox
from sandbox.botapi import Person
from tests.bot.chat.entering import (
    DONE,
    SCAN,
    read,
)
from tests.bot.chat.talking import PATIENCE, PERSON, said, told

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def _open(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever comes may log in."""
    monkeypatch.setenv("TGACTORS_REGISTRATION", "open")


async def test_S6_the_password_is_asked_with_its_hint_and_its_message_deleted(
    telegram: Sandbox, mia: Person
) -> None:
    """Wrong, then right: each message is deleted before Telegram is asked, and READY follows."""
    telegram.set_password(PERSON, "мурка", hint="<cat>")
    telegram.scan(read(await told(mia, "/login", SCAN)), PERSON)
    await said(mia, "two-step password", "Its hint: <cat>")
    with telegram.faults.hold("auth.checkPassword"):
        first = mia.send("барсик")
        await mia.awaited_gone(first, within=PATIENCE)
    await said(mia, "The password was wrong. Tries left: 4.")
    right = mia.send("мурка")
    await said(mia, DONE)
    await mia.awaited_gone(right, within=PATIENCE)
    assert not any(
        word in each.text for each in mia.inbox if not each.is_mine for word in ("барсик", "мурка")
    )


async def test_S6_a_password_of_five_digits_is_a_password(telegram: Sandbox, mia: Person) -> None:
    """While a password is asked for, digits are no login code."""
    telegram.set_password(PERSON, "12345")
    telegram.scan(read(await told(mia, "/login", SCAN)), PERSON)
    await said(mia, "two-step password")
    sent = mia.send("12345")
    await said(mia, DONE)
    await mia.awaited_gone(sent, within=PATIENCE)
