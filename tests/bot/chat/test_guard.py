"""The door of the bot: when somebody leans on it, and when the archive behind it is gone."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from typing import Any

import pytest
from aiogram import Bot
from aiogram.client.session.base import BaseSession
from aiogram.dispatcher.middlewares.user_context import EventContext
from aiogram.types import Chat as Room
from aiogram.types import Message, Update, User

from actors.people import User as Account
from bot.chat.app import AT_ONCE
from bot.chat.guard import WAITING, Guard
from bot.texts import RU
from sandbox.botapi import BotApi, Person
from storage.bot_rows import Language, Visitor
from storage.errors import DatabaseUnreachable
from tests.bot.chat.talking import told

pytestmark = pytest.mark.anyio

GROUP = -100500
MANY = AT_ONCE + WAITING + 1


async def test_who_writes_without_end_holds_up_nobody(api: BotApi, mia: Person) -> None:
    """Whatever one person sends, and however slowly they can be answered, others are served."""
    bob = api.person(43, first_name="Bob", language_code="en")
    with api.faults.hold("sendMessage", chat=mia.id, times=MANY):
        for _ in range(MANY):
            mia.send("/help")
        await told(bob, "/help", "What I can do")


async def test_a_group_that_commands_without_end_holds_up_nobody(api: BotApi, mia: Person) -> None:
    """It is declined once at a time, and what else it has said meanwhile is not commented on."""
    group = api.group(GROUP, "Friends", members=[mia])
    bob = api.person(43, first_name="Bob", language_code="en")
    with api.faults.hold("sendMessage", chat=GROUP, times=MANY):
        for _ in range(MANY):
            mia.send("/help", chat=group)
        await told(bob, "/help", "What I can do")


class Said(BaseSession):
    """Keeps what the bot says."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    async def make_request(self, _: Bot, method: Any, timeout: int | None = None) -> Any:  # noqa: ARG002
        self.texts.append(method.text)

    async def close(self) -> None:
        """Nothing is open."""

    async def stream_content(self, *_: Any, **__: Any) -> AsyncGenerator[bytes, None]:
        """Nothing is downloaded."""
        yield b""


async def gone(_: int, _name: str, _language: Language) -> Visitor:
    """Answer as an archive that is not there."""
    raise DatabaseUnreachable("db", "no route to the host")


def nobody(_: int) -> Account:
    """Know nobody."""
    raise NotImplementedError


async def test_without_the_archive_people_are_told_so() -> None:
    """Who writes while the database is down is answered in the language of their Telegram."""
    said, ivan = Said(), User(id=1, is_bot=False, first_name="Ivan", language_code="ru")
    room, now = Room(id=1, type="private"), datetime.now(UTC)
    message = Message(message_id=1, date=now, chat=room, from_user=ivan, text="/help")
    update = Update(update_id=1, message=message.as_(Bot("1:a", session=said)))

    async def served(_event: object, _data: dict[str, Any]) -> None:
        raise AssertionError("nobody is served whose ban nobody knows")

    guard = Guard(visit=gone, user=nobody, admins=frozenset())
    await guard(served, update, {"event_context": EventContext(chat=room, user=ivan)})
    assert said.texts == [RU.general.refusals["StorageError"]]
