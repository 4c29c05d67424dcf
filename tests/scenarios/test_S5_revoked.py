"""A session that Telegram no longer accepts."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import actors
from sandbox import Channel, Sandbox
from storage.database import Database
from storage.sessions import Vault
from tests.scenarios.conftest import PERSON, Open, log_in
from tests.scenarios.steps import go_through, logged_out, scanning

pytestmark = pytest.mark.anyio

ENDS: list[tuple[Callable[[Sandbox], None], str]] = [
    (lambda sandbox: sandbox.revoke(PERSON), "AUTH_KEY_UNREGISTERED"),
    (lambda sandbox: sandbox.burn_keys(PERSON), "AUTH_KEY_DUPLICATED"),
    (lambda sandbox: sandbox.forget_keys(PERSON), "AUTH_KEY_NOT_FOUND"),
]


@pytest.mark.parametrize(("end", "reason"), ENDS, ids=[reason for _, reason in ENDS])
@pytest.mark.parametrize("asleep", [False, True], ids=["connected", "asleep"])
async def test_S5_it_is_noticed_told_once_and_nothing_is_missed(
    sandbox: Sandbox,
    channels: list[Channel],
    dsn: str,
    open_house: Open,
    end: Callable[[Sandbox], None],
    reason: str,
    asleep: bool,
) -> None:
    """EXPIRED with the reason, one notice; the next login reads what came meanwhile, once."""
    async with open_house() as house:
        user = actors.user(PERSON)
        await log_in(sandbox)
        sandbox.publish(channels[0].id, "before")
        await user.parse()
        if not asleep:
            end(sandbox)
            await _expires(user, reason)
    async with open_house() as house:
        user = actors.user(PERSON)
        if asleep:
            end(sandbox)
            await _expires(user, reason)
        calls = len(sandbox.calls)
        await _expires(user, reason)
        assert len(sandbox.calls) == calls  # nobody tries a dead key again
        (notice,) = await house.notices()
        assert (notice.account, notice.kind) == (PERSON, "expired")
        assert notice.data["reason"] == reason
        async with await Database.open(dsn, connections=1) as db:
            assert await db.fetch_value("SELECT count(*) FROM sessions") == 0
            assert await db.fetch_value("SELECT reason FROM quarantined_sessions") == reason
        sandbox.publish(channels[0].id, "meanwhile")
        await log_in(sandbox)
        assert (await user.parse()).added == 1
        assert [post.text for post in await user.posts()] == ["meanwhile", "before"]
        assert await house.notices() == ()  # who is in again has nothing to do
    async with await Database.open(dsn, connections=1) as db:
        assert await db.fetch_value("SELECT count(*) FROM quarantined_sessions") == 0


async def _expires(user: actors.people.User, reason: str) -> None:
    with pytest.raises(actors.LoginRequired, match=reason):
        await user.parse()
    status = await user.status()
    assert (status.state, status.reason) == ("EXPIRED", reason)


async def test_S5_each_expiry_is_told_once(
    sandbox: Sandbox, channels: list[Channel], open_house: Open
) -> None:
    """A second login that is ended too is another occurrence."""
    assert channels
    async with open_house() as house:
        user = actors.user(PERSON)
        told = set()
        for _ in range(2):
            await log_in(sandbox)
            assert await house.notices(account=PERSON) == ()
            sandbox.revoke(PERSON)
            for _ in range(3):
                with pytest.raises(actors.LoginRequired):
                    await user.parse()
            (notice,) = await house.notices(account=PERSON)
            assert notice.kind == "expired"
            told.add(notice.id)
        assert len(told) == 2


@pytest.mark.parametrize(("end", "reason"), ENDS, ids=[reason for _, reason in ENDS])
async def test_S5_who_comes_anew_gets_in_for_a_session_that_died_unnoticed(
    sandbox: Sandbox,
    dsn: str,
    open_house: Open,
    end: Callable[[Sandbox], None],
    reason: str,
) -> None:
    """The dead session is expired, and the fresh one adopted, not ended; nothing is to be told."""
    async with open_house() as house:
        user = actors.user(PERSON)
        await log_in(sandbox)
        await user.parse()
        end(sandbox)
        async with house.newcomer() as newcomer:
            seen = await go_through(newcomer, qr=scanning(sandbox, PERSON))
        assert seen[-1] == actors.LoggedIn(account=PERSON)
        assert (await user.parse()).channels == 15
        assert await house.notices() == ()
        async with await Database.open(dsn, connections=1) as db:
            found = await db.fetch_row("SELECT kind, data ->> 'reason' FROM notices")
        assert found is not None
        assert tuple(found) == ("expired", reason)
        assert logged_out(sandbox) == 0


async def test_S5_who_comes_anew_is_one_session_while_the_other_cannot_be_asked(
    sandbox: Sandbox, open_house: Open
) -> None:
    """A session of which nobody can tell whether it has ended is kept, and the fresh one ended."""
    async with open_house() as house:
        user = actors.user(PERSON)
        await log_in(sandbox)
        sandbox.faults.error("account.getAuthorizations", "INTERNAL", times=5)
        async with house.newcomer() as newcomer:
            seen = await go_through(newcomer, qr=scanning(sandbox, PERSON))
        assert seen[-1] == actors.LoggedIn(account=PERSON)
        assert logged_out(sandbox) == 1
        sandbox.faults.clear()
        assert (await user.parse()).channels == 15
        assert await house.notices() == ()


async def test_S5_a_record_that_cannot_be_read_is_put_aside(
    sandbox: Sandbox, settings: dict[str, str], dsn: str, open_house: Open
) -> None:
    """Garbage in the database does not crash: it expires the account, and a login mends it."""
    async with open_house():
        await log_in(sandbox)
    sealed = Vault([settings["session_keys"]]).seal(b'{"version": 99}')
    async with await Database.open(dsn, connections=1) as db:
        await db.execute("UPDATE sessions SET record = $1", sealed)
    async with open_house():
        user = actors.user(PERSON)
        await _expires(user, "RECORD_UNREADABLE")
        await log_in(sandbox)
        assert (await user.parse()).channels == 15


async def test_S5_a_wrong_session_key_touches_nothing(
    sandbox: Sandbox, settings: dict[str, str], dsn: str, open_house: Open
) -> None:
    """The refusal says so; with the right key the same session is read on."""
    from storage.sessions import new_key

    async with open_house():
        await log_in(sandbox)
    right, settings["session_keys"] = settings["session_keys"], new_key()
    async with await Database.open(dsn, connections=1) as db:
        before = await db.fetch("SELECT * FROM sessions")
        async with open_house():
            with pytest.raises(actors.StorageError, match="session keys"):
                await actors.user(PERSON).parse()
            assert (await actors.user(PERSON).status()).state == "READY"
        assert await db.fetch("SELECT * FROM sessions") == before
    settings["session_keys"] = right
    async with open_house():
        assert (await actors.user(PERSON).parse()).channels == 15


async def test_S5_trouble_on_the_way_never_expires(sandbox: Sandbox, open_house: Open) -> None:
    """Cuts, silence and errors of the server are told, and tried again next time."""
    async with open_house() as house:
        user = actors.user(PERSON)
        await log_in(sandbox)
        sandbox.faults.error("messages.getDialogs", "INTERNAL", times=5)
        with pytest.raises(actors.TelegramUnreachable):
            await user.parse()
        assert (await user.status()).state == "READY"
        sandbox.faults.clear()
        sandbox.cut(PERSON)
        assert (await user.parse()).channels == 15
        assert await house.notices() == ()
