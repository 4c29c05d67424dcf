"""What the bot tells by itself, once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import cast

import pytest
from aiogram import Bot

import actors
from actors import Notice
from actors.house import House
from bot.chat import notices
from bot.chat.app import Chat
from bot.texts import EN, RU, Texts
from sandbox import Channel, Sandbox
from sandbox.botapi import BotApi, Error, Page, Person
from storage import notices as written
from storage.database import Database
from tests.bot.chat.entering import DONE, SCAN, read
from tests.bot.chat.talking import ADMIN, PATIENCE, PERSON, said, told
from tests.scenarios.witness import until

pytestmark = pytest.mark.anyio

ADMINS = frozenset({ADMIN})
UNREAD = {"channel": 5, "title": "<News>", "since": "2026-03-01T12:00:00+00:00"}


async def expire(telegram: Sandbox, person: int) -> None:
    """End the session at Telegram, and let it be noticed."""
    telegram.revoke(person)
    with pytest.raises(actors.LoginRequired):
        await actors.user(person).parse()


async def write(dsn: str, account: int | None, kind: str, data: dict[str, object]) -> None:
    """Write a notice, as the transaction of its cause does."""
    async with await Database.open(dsn, connections=1) as db, db.transaction() as connection:
        await written.write_on(connection, account, kind, kind, data)


@asynccontextmanager
async def pumping(house: House, chat: Chat) -> AsyncIterator[None]:
    """Have notices told during the block."""
    task = asyncio.create_task(notices.pump(house, chat.bot, admins=ADMINS, look=0.05))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def all_told(house: House) -> None:
    """Wait until every notice is marked."""

    async def is_so() -> bool:
        return not await house.notices()

    await until(is_so)


def notice(account: int | None, kind: str, data: dict[str, object]) -> Notice:
    """Return a notice; its number is that of its account."""
    return Notice(
        id=account or 0,
        account=account,
        kind=kind,
        occurrence="",
        data=data,
        created_at=datetime(2026, 3, 1, tzinfo=UTC),
        delivered_at=None,
    )


def count(person: Person, words: str) -> int:
    """How many messages have these words."""
    return len([each for each in person.inbox if words in each.text])


async def test_S5_an_expired_session_is_told_once_and_leads_back_in(
    known: int, telegram: Sandbox, channels: list[Channel], house: House, chat: Chat, mia: Person
) -> None:
    """The notice has a login button; after that, what was missed is read, and counted."""
    await told(mia, "/start", "I read your Telegram channels")
    await actors.user(known).parse()
    telegram.publish(channels[0].id, "meanwhile")
    await expire(telegram, known)
    async with pumping(house, chat):
        shown = await said(mia, "Telegram has ended your session (AUTH_KEY_UNREGISTERED)")
        assert shown.keyboard == (("Log in",),)
        await mia.press(shown, "Log in").awaited(PATIENCE)
        telegram.scan(read(await said(mia, SCAN)), PERSON)
        await said(mia, DONE)
        await said(mia, "Caught up: 1 post from 3 channels.")
        await all_told(house)
    assert count(mia, "ended your session") == 1


async def test_S5_an_unread_channel_and_its_recovery_reach_follower_and_operator(
    known: int, dsn: str, house: House, chat: Chat, api: BotApi, mia: Person
) -> None:
    """Each in their own words, with the cause; the channel's name is no markup."""
    admin = api.person(ADMIN, first_name="Ada", language_code="ru")
    admin.start()
    await said(admin, "Я читаю")
    await told(mia, "/start", "I read your Telegram channels")
    for account in (known, None):
        await write(dsn, account, "unread", UNREAD | {"cause": "failed", "why": "MSG_ID_INVALID"})
        await write(dsn, account, "read_again", UNREAD | {"posts": 4})
    async with pumping(house, chat):
        await said(mia, "<News> was not read since 01.03.2026 12:00: the last reading failed.")
        await said(mia, "<News> is read again", "Since then: 4 posts.")
        await said(
            admin,
            "<News> не читается с 01.03.2026",
            "последнее чтение не удалось",
            "MSG_ID_INVALID",
        )
        await said(admin, "<News> снова читается", "4 поста")
        await all_told(house)
    assert count(mia, "<News>") == 2


async def test_a_notice_that_telegram_did_not_take_is_told_later(
    known: int, dsn: str, telegram: Sandbox, house: House, chat: Chat, api: BotApi, mia: Person
) -> None:
    """A gateway's error page leaves it as it is; the next round tells it.

    Of an operator's only the first is tried in a round that reaches none.
    """
    admin = api.person(ADMIN, first_name="Ada", language_code="en")
    admin.start()
    await said(admin, "I read your Telegram channels")
    await told(mia, "/start", "I read your Telegram channels")
    await expire(telegram, known)
    for kind in ("one", "two"):
        await write(dsn, None, kind, {})
    for person in (known, ADMIN):
        api.faults.next("sendMessage", Page(502), chat=person)
    await notices.tell(house, chat.bot, ADMINS)
    assert [each.kind for each in await house.notices()] == ["expired", "one", "two"]
    await notices.tell(house, chat.bot, ADMINS)
    await said(mia, "ended your session")
    await said(admin, "two")
    assert await house.notices() == ()


async def test_who_has_blocked_the_bot_is_told_when_they_are_back(
    known: int, telegram: Sandbox, house: House, chat: Chat, mia: Person
) -> None:
    """Nothing is sent to them meanwhile, and nothing is lost."""
    await told(mia, "/start", "I read your Telegram channels")
    mia.block()
    await expire(telegram, known)
    await notices.tell(house, chat.bot, ADMINS)
    assert [each.kind for each in await house.notices()] == ["expired"]
    mia.start()
    await said(mia, "I read your Telegram channels")
    async with pumping(house, chat):
        await said(mia, "ended your session")


async def test_what_telegram_refuses_for_good_stands_in_nobodys_way(
    known: int, dsn: str, house: House, chat: Chat, api: BotApi, mia: Person
) -> None:
    """It is given up and logged; the next notice is told."""
    await told(mia, "/start", "I read your Telegram channels")
    await write(dsn, known, "digest_missed", {"due_at": "2026-03-01T06:00:00+00:00"})
    await write(dsn, known, "read_again", UNREAD | {"posts": 1})
    api.faults.next("sendMessage", Error(400, "Bad Request: chat not found"), chat=known)
    await notices.tell(house, chat.bot, ADMINS)
    await said(mia, "<News> is read again")
    assert count(mia, "Your digest of") == 0
    assert await house.notices() == ()


async def test_who_is_back_already_is_not_told_that_they_were_gone(
    known: int, dsn: str, house: House, chat: Chat, mia: Person
) -> None:
    """A session that expired before the login that works now is no news."""
    await told(mia, "/start", "I read your Telegram channels")
    await write(dsn, known, "expired", {"reason": "AUTH_KEY_UNREGISTERED"})
    await notices.tell(house, chat.bot, ADMINS)
    assert count(mia, "ended your session") == 0
    assert await house.notices() == ()


async def test_an_operator_who_never_began_is_not_written_to_all_the_time(
    known: int, dsn: str, house: House, chat: Chat, api: BotApi, mia: Person
) -> None:
    """What is for operators waits; persons are told as ever, round after round."""
    await told(mia, "/start", "I read your Telegram channels")
    await write(dsn, None, "no_space", {"free": 20, "floor": 100})
    async with pumping(house, chat):
        for posts in (1, 2, 3):
            data = UNREAD | {"posts": posts}
            async with await Database.open(dsn, connections=1) as db, db.transaction() as on:
                await written.write_on(on, known, "read_again", str(posts), data)
            await said(mia, f"{posts} post")
    tried = [each for each in api.calls if (each.method, each.chat) == ("sendMessage", ADMIN)]
    assert len(tried) == 1
    assert "no_space" in {each.kind for each in await house.notices()}


class Half:
    """A house in which one account, the first, does not answer."""

    def __init__(self) -> None:
        self.delivered_ids: list[int] = []
        self.sent: list[int] = []

    def user(self, account: int) -> Half:
        """Everybody is asked here."""
        assert account == 1
        return self

    async def status(self) -> actors.Status:
        raise actors.ActorStopped("account-1")

    async def visitor(self, account: int) -> None:
        """Nobody has chosen anything."""

    async def tellable(self, *, limit: int) -> tuple[Notice, ...]:
        """A notice for each of two accounts."""
        assert limit > 1
        return (notice(1, "expired", {}), notice(2, "digest_missed", {}))

    async def delivered(self, number: int) -> None:
        self.delivered_ids.append(number)

    async def send_message(self, chat: int, _: str, *, reply_markup: object) -> None:
        assert reply_markup is None
        self.sent.append(chat)


async def test_an_account_that_does_not_answer_stands_in_nobodys_way() -> None:
    """Its notice waits for the next round; the other one is told."""
    half = Half()
    await notices.tell(cast("House", half), cast("Bot", half), ADMINS)
    assert (half.sent, half.delivered_ids) == ([2], [2])


@pytest.mark.parametrize("texts", [EN, RU], ids=["en", "ru"])
@pytest.mark.parametrize(
    ("kind", "data", "words"),
    [
        ("no_space", {"free": 20, "floor": 100}, ["20", "100"]),
        ("space_again", {"since": "2026-03-01T12:00:00+00:00"}, ["01.03.2026 15:00"]),
        ("digest_missed", {"due_at": "2026-03-01T12:00:00+00:00"}, ["01.03.2026 15:00"]),
        ("unread", UNREAD | {"cause": "flooded", "until": "2026-03-02T00:00:00Z"}, ["02.03.2026"]),
        ("unread", UNREAD | {"cause": "new"}, ["&lt;News&gt;"]),
        ("unread", {}, ["?"]),
        ("unheard_of", {"a": "<b>"}, ["unheard_of", "&lt;b&gt;"]),
    ],
)
def test_every_kind_is_told_in_both_languages(
    texts: Texts, kind: str, data: dict[str, object], words: list[str]
) -> None:
    """Times are the person's, what is not known is told as it is, and nothing is markup."""
    shown = notices.told(notice(None, kind, data), texts, "Europe/Moscow")
    assert [word for word in words if word not in shown] == []
