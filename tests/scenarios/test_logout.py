"""Logging out, and being forgotten."""

from __future__ import annotations

import asyncio

import pytest
from telethon import TelegramClient, errors
from telethon.sessions import StringSession
from telethon.tl.functions.users import GetUsersRequest
from telethon.tl.types import InputUserSelf

import actors
from sandbox import Channel, Sandbox, World
from storage.database import Database
from tests.scenarios.conftest import PERSON, Open, log_in
from tests.scenarios.steps import go_through, logged_out, scanning

pytestmark = pytest.mark.anyio

OTHER = 77


async def test_logging_out_ends_the_session_at_telegram_and_keeps_what_was_read(
    sandbox: Sandbox, channels: list[Channel], dsn: str, open_house: Open
) -> None:
    """The record is gone; after the next login nothing is missing and nothing is read twice."""
    sandbox.publish(channels[0].id, "before")
    async with open_house():
        await log_in(sandbox)
        user = actors.user(PERSON)
        await user.parse()
        await user.logout()
        assert logged_out(sandbox) == 1
        assert (await user.status()).state == "LOGGED_OUT"
        async with await Database.open(dsn, connections=1) as db:
            assert await db.fetch_value("SELECT count(*) FROM sessions") == 0
        with pytest.raises(actors.LoginRequired):
            await user.parse()
        sandbox.publish(channels[0].id, "between")
        await user.logout()  # once more changes nothing
        await log_in(sandbox)
        assert (await user.parse()).added == 1
        assert [post.text for post in await user.posts()] == ["between", "before"]
    assert logged_out(sandbox) == 1


async def test_a_log_out_waits_for_telegram_to_be_told(sandbox: Sandbox, open_house: Open) -> None:
    """While it is down nothing is destroyed; later the same call does it."""
    async with open_house():
        await log_in(sandbox)
        user = actors.user(PERSON)
        sandbox.faults.error("auth.logOut", "INTERNAL", times=3)
        with pytest.raises(actors.TelegramUnreachable):
            await user.logout()
        assert (await user.status()).state == "READY"
        sandbox.faults.clear()
        await user.logout()
        assert (await user.status()).state == "LOGGED_OUT"


async def test_other_sessions_are_listed_and_ended(sandbox: Sandbox, open_house: Open) -> None:
    """This one first; the one that is ended is refused by Telegram from then on."""
    minted = sandbox.mint(PERSON).string()
    async with open_house():
        await log_in(sandbox)
        user = actors.user(PERSON)
        mine, other = await user.authorisations()
        assert (mine.this, other.this) == (True, False)
        assert mine.device == "tgactors"
        await user.end_authorisation(other.id)
        assert [each.this for each in await user.authorisations()] == [True]
        with pytest.raises(actors.AuthorisationKept):
            await user.end_authorisation(other.id)
        client = TelegramClient(StringSession(minted), 1, "test")
        await client.connect()
        with pytest.raises(errors.UnauthorizedError):
            await client(GetUsersRequest([InputUserSelf()]))
        await client.disconnect()


async def test_whoever_is_forgotten_leaves_what_others_may_see(
    sandbox: Sandbox, world: World, channels: list[Channel], dsn: str, open_house: Open
) -> None:
    """Session ended at Telegram; account, subscriptions and own channels gone; the shared stay."""
    sandbox.run(lambda: world.person(OTHER, first_name="Борис"))
    sandbox.follow(OTHER, channels[0].id)
    for channel in channels[:2]:
        sandbox.publish(channel.id, "a post")
    async with open_house() as house:
        await log_in(sandbox)
        await log_in(sandbox, OTHER)
        await actors.user(PERSON).parse()
        await actors.user(OTHER).parse()
        forgotten = await actors.user(PERSON).forget()
        assert forgotten == actors.Forgotten(account=PERSON, subscriptions=15, channels=14, posts=1)
        assert logged_out(sandbox) == 1
        assert [each.account for each in await house.accounts()] == [OTHER]
        assert [post.text for post in await actors.user(OTHER).posts()] == ["a post"]
        assert await actors.user(PERSON).posts() == ()
        assert (await actors.user(PERSON).status()).since is None
        async with await Database.open(dsn, connections=1) as db:
            assert await db.fetch_value("SELECT count(*) FROM posts") == 1
        await log_in(sandbox)  # a stranger again, who may come back
        assert (await actors.user(PERSON).parse()).added == 1


async def test_a_log_out_ends_the_parse_under_way(
    sandbox: Sandbox, channels: list[Channel], open_house: Open
) -> None:
    """Whoever waits for the parse is told that the account was logged out."""
    sandbox.publish(channels[0].id, "a post")
    async with open_house():
        await go_through(actors.user(PERSON), qr=scanning(sandbox, PERSON))
        hold = sandbox.faults.hold("messages.getHistory")
        running = asyncio.create_task(actors.user(PERSON).parse())
        await asyncio.to_thread(hold.reached)
        await actors.user(PERSON).logout()
        hold.release()
        with pytest.raises(actors.Interrupted, match="logged out"):
            await running
        assert (await actors.user(PERSON).status()).state == "LOGGED_OUT"
