"""S3: two houses with data folders of their own, on one database."""

from __future__ import annotations

import asyncio
import os
import queue
import signal
import socket
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

import actors
from actors.house import House
from actors.messages import ReadOnce
from sandbox import Channel, Person, Sandbox, World
from storage.database import Database
from storage.errors import AccountHeld
from tests.bot.warm import Warm
from tests.scenarios.conftest import PERSON, Open
from tests.scenarios.process import Other, Said, other_house
from tests.scenarios.steps import go_through, scanning
from tests.scenarios.witness import Watch, all_rows, authorised, end_key, record_key, until

pytestmark = pytest.mark.anyio

SECONDS = 60.0
BRISK = {"lease_ttl": 4.0, "lease_margin": 1.0}
SLACK = 3.0
"""For a busy machine: to start, connect, read."""

HOLDER = "SELECT holder FROM accounts WHERE id = $1"

Do = Callable[[House, Sandbox], Awaitable[object]]


@pytest.fixture
def watch() -> Watch:
    """Sees whether a key is in use twice."""
    return Watch()


@pytest.fixture
def sandbox(
    world: World, person: Person, channels: list[Channel], watch: Watch
) -> Iterator[Sandbox]:
    """The world, served and watched."""
    assert person.id == PERSON
    assert channels
    with Sandbox(world, on_call=watch) as serving:
        watch.sandbox = serving
        yield serving
        assert serving.mistakes == ()


@pytest.fixture
async def db(dsn: str) -> AsyncIterator[Database]:
    """The database, looked at from outside."""
    async with await Database.open(dsn, connections=2) as opened:
        yield opened


@pytest.fixture
def lease() -> tuple[float, float]:
    """How long a silent process keeps its accounts, and stops before that, in seconds."""
    return 600.0, 100.0


@pytest.fixture
def two_folders(settings: dict[str, str]) -> Path:
    """The data folder of the other house; this one's lies beside it."""
    mine = Path(settings["data"])
    settings["data"] = str(mine / "here")
    return mine / "there"


@pytest.fixture
async def holder(
    lease: tuple[float, float],
    sandbox: Sandbox,
    warm: Warm,
    settings: dict[str, str],
    two_folders: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Other]:
    """Another process that has the account open."""
    for name, seconds in zip(("TTL", "MARGIN"), lease, strict=True):
        monkeypatch.setenv(f"TGACTORS_LEASE_{name}", str(seconds))
    async with other_house(warm, {**settings, "data": str(two_folders)}) as other:
        await log_in_there(sandbox, other)
        assert (await other.tell("parse").end()).kind == "ParseReport"
        yield other


async def log_in_there(sandbox: Sandbox, other: Other) -> None:
    """Log in at the other house, by QR code."""
    talk = other.tell("login")
    shown = await talk.next()
    assert shown.url is not None
    sandbox.scan(shown.url, PERSON)
    assert (await talk.end()).kind == "LoggedIn"


async def log_in(_house: House, sandbox: Sandbox) -> object:
    """Log in by QR code."""
    return await go_through(actors.user(PERSON), qr=scanning(sandbox, PERSON))


async def read(_house: House, _sandbox: Sandbox) -> object:
    """Read what is new."""
    return await actors.user(PERSON).parse()


async def read_one(house: House, sandbox: Sandbox) -> object:
    """Read a channel, as a house does whose account was taken since it listed its channels."""
    channel = next(iter(sandbox.world.channels))
    assert house._reader is not None
    return await house._reader.ask(ReadOnce(channel=channel, account=PERSON, depth=None))


async def log_out(_house: House, _sandbox: Sandbox) -> object:
    """Log out."""
    await actors.user(PERSON).logout()
    return None


async def forget(_house: House, _sandbox: Sandbox) -> object:
    """Be forgotten."""
    return await actors.user(PERSON).forget()


async def adopt(house: House, sandbox: Sandbox) -> object:
    """Bring a session of the account from elsewhere, which stays good there."""
    minted = sandbox.mint(PERSON)
    before = authorised(sandbox)
    try:
        async with house.newcomer() as newcomer:
            return await newcomer.import_session(minted.string())
    finally:
        assert authorised(sandbox) == before
        end_key(sandbox, minted.auth_key)


@pytest.mark.parametrize("lease", [(4.0, 1.0)])
@pytest.mark.parametrize("do", [log_in, read, read_one, log_out, forget, adopt])
async def test_S3_the_second_house_is_refused_and_nothing_changes(
    sandbox: Sandbox,
    open_house: Open,
    holder: Other,
    two_folders: Path,
    db: Database,
    watch: Watch,
    do: Do,
) -> None:
    """While the first renews its lease: its pid, host and folder are named, no row is touched."""
    rows, keys = await all_rows(db), authorised(sandbox)
    async with open_house() as house, asyncio.timeout(SECONDS):
        with pytest.raises(AccountHeld) as refused:
            await do(house, sandbox)
        named = f"pid {holder.pid} on {socket.gethostname()}, data folder {two_folders}"
        assert named in str(refused.value)
        assert "stop that process" in str(refused.value)
        status = await actors.user(PERSON).status()
        assert (status.state, status.holder) == ("READY", named)
    assert await all_rows(db) == rows
    assert authorised(sandbox) == keys
    assert (await holder.tell("parse").end()).kind == "ParseReport"
    assert watch.most == 1


@pytest.mark.parametrize("lease", [(4.0, 1.0)])
async def test_S3_who_comes_to_the_second_house_keeps_the_session_of_the_first(
    sandbox: Sandbox, open_house: Open, holder: Other, db: Database
) -> None:
    """A newcomer who is READY elsewhere is logged in there; the fresh session is ended."""
    rows, keys = await all_rows(db), authorised(sandbox)
    async with open_house() as house, asyncio.timeout(SECONDS), house.newcomer() as newcomer:
        seen = await go_through(newcomer, qr=scanning(sandbox, PERSON))
        assert seen[-1] == actors.LoggedIn(account=PERSON)
    assert await all_rows(db) == rows
    assert authorised(sandbox) == keys
    assert (await holder.tell("parse").end()).kind == "ParseReport"


async def test_S3_a_login_under_way_there_is_not_disturbed(
    sandbox: Sandbox,
    warm: Warm,
    settings: dict[str, str],
    open_house: Open,
    db: Database,
    two_folders: Path,
) -> None:
    """It is shown here, and nobody else logs the account in; whoever tries leaves no session."""
    async with (
        asyncio.timeout(SECONDS),
        other_house(warm, {**settings, "data": str(two_folders)}, **BRISK) as other,
        open_house() as house,
    ):
        talk = other.tell("login")
        shown = await talk.next()
        rows = await all_rows(db)
        assert (await actors.user(PERSON).status()).state == "QR_WAIT"
        with pytest.raises(AccountHeld, match=f"pid {other.pid} "):
            await go_through(actors.user(PERSON), qr=scanning(sandbox, PERSON))
        async with house.newcomer() as newcomer:
            with pytest.raises(AccountHeld, match=f"pid {other.pid} "):
                await go_through(newcomer, qr=scanning(sandbox, PERSON))
        assert authorised(sandbox) == set()
        assert await all_rows(db) == rows
        assert shown.url is not None
        sandbox.scan(shown.url, PERSON)
        assert (await talk.end()).kind == "LoggedIn"
        assert authorised(sandbox) == {await record_key(db, settings["session_keys"])}


async def test_S3_a_login_that_was_killed_there_is_made_here(
    sandbox: Sandbox,
    warm: Warm,
    settings: dict[str, str],
    open_house: Open,
    two_folders: Path,
) -> None:
    """When its lease has run out it is over, and the account may log in at the other house."""
    there = {**settings, "data": str(two_folders)}
    async with (
        asyncio.timeout(SECONDS),
        other_house(warm, there, lease_ttl=2.0, lease_margin=0.5) as other,
        open_house(),
    ):
        await other.tell("login").next()
        await other.kill()
        user = actors.user(PERSON)
        seen = await go_through(user, qr=scanning(sandbox, PERSON))
        assert seen[-1] == actors.LoggedIn(account=PERSON)
        assert (await user.parse()).channels == 15


async def test_S3_whoever_stops_lets_go_at_once(
    open_house: Open, holder: Other, watch: Watch
) -> None:
    """A house that was closed is not waited for, however long its lease was."""
    async with open_house(), asyncio.timeout(SECONDS):
        assert await holder.close() == 0
        assert (await actors.user(PERSON).parse()).channels == 15
    assert watch.most == 1


async def test_S3_an_account_that_sleeps_there_may_wake_here(
    open_house: Open,
    warm: Warm,
    settings: dict[str, str],
    sandbox: Sandbox,
    db: Database,
    watch: Watch,
    two_folders: Path,
) -> None:
    """Hibernation gives the account back; the other house has it at once, and then refuses."""
    there = {**settings, "data": str(two_folders)}
    async with asyncio.timeout(SECONDS), other_house(warm, there, idle=0.1, lease_ttl=600) as other:
        await log_in_there(sandbox, other)
        await until(lambda: _is_nobodys(db))
        async with open_house():
            assert (await actors.user(PERSON).parse()).channels == 15
            refused = await other.tell("parse").end()
            assert refused.kind == "AccountHeld"
            assert f"pid {os.getpid()} " in refused.text
        assert (await other.tell("parse").end()).kind == "ParseReport"
    assert watch.most == 1


@pytest.mark.parametrize(
    "lease", [(2.0, 0.5), pytest.param((12.0, 2.5), marks=pytest.mark.soak)], ids=["short", "usual"]
)
async def test_S3_a_dead_holder_is_replaced_when_its_lease_has_run_out(
    open_house: Open, lease: tuple[float, float], holder: Other, watch: Watch
) -> None:
    """Neither sooner than its lease allowed nor later than lease, margin and the work itself."""
    async with open_house(), asyncio.timeout(SECONDS):
        began = time.monotonic()
        await holder.kill()
        assert (await actors.user(PERSON).parse()).channels == 15
        took = time.monotonic() - began
    assert 0.5 * lease[0] < took < sum(lease) + SLACK
    assert watch.most == 1


@pytest.mark.parametrize("lease", [(2.0, 0.5)])
async def test_S3_a_holder_that_was_stopped_does_no_more_harm(
    sandbox: Sandbox,
    settings: dict[str, str],
    channels: list[Channel],
    open_house: Open,
    holder: Other,
    db: Database,
) -> None:
    """Woken after its account was taken: no packet, no write; its caller is told, then refused."""
    news = channels[0]
    texts = [f"post {number}" for number in range(1500)]
    sandbox.publish_many(news.id, texts)
    async with open_house(), asyncio.timeout(SECONDS):
        # Its tenth page fills a second batch, which waits until the first is stored.
        with sandbox.faults.hold("messages.getHistory", skip=13) as hold:
            parse = holder.tell("parse")
            await asyncio.to_thread(hold.reached)
            holder.signal(signal.SIGSTOP)
            # The answer waits for it in its socket: it wakes up with a page to store.
        assert 0 < await db.fetch_value("SELECT count(*) FROM posts") < len(texts)
        assert (await actors.user(PERSON).parse(depth=None)).unread == ()
        await _check_whole(db, news.id, texts)
        # What it may still write would be there already: of this it would show.
        await db.execute("DELETE FROM posts")
        await db.execute("UPDATE channels SET coverage = '{}'")
        rows = await all_rows(db)
        calls = [call.number for call in sandbox.calls]
        holder.signal(signal.SIGCONT)
        told = await parse.end()
        assert told.kind in {"LeaseLost", "AccountHeld"}
        refused = await parse_again(holder)
        assert refused.kind == "AccountHeld"
        assert f"pid {os.getpid()} " in refused.text
        assert [call.number for call in sandbox.calls] == calls
        assert await all_rows(db) == rows
        assert authorised(sandbox) == {await record_key(db, settings["session_keys"])}
        assert (await actors.user(PERSON).parse()).added == len(texts)
        await _check_whole(db, news.id, texts)


async def _check_whole(db: Database, channel: int, texts: list[str]) -> None:
    """See that each post is there once, and that the channel is read without a gap."""
    held = await db.fetch("SELECT text FROM posts WHERE channel_id = $1 ORDER BY id", channel)
    assert [row["text"] for row in held] == texts
    assert len(await db.fetch_value("SELECT coverage FROM channels WHERE id = $1", channel)) == 1


@pytest.mark.parametrize("lease", [(2.0, 0.5)])
async def test_S3_a_holder_that_was_stopped_goes_on_if_nobody_came(
    sandbox: Sandbox, channels: list[Channel], holder: Other, db: Database
) -> None:
    """Its lease is over all the same: what ran is told so, or has begun anew under the next one.

    Which of both depends on whether that is there when it tries a second time.
    """
    news, texts = channels[0].id, [f"post {number}" for number in range(1500)]
    sandbox.publish_many(news, texts)
    async with asyncio.timeout(SECONDS):
        # Its tenth page fills a second batch, which waits until the first is stored.
        with sandbox.faults.hold("messages.getHistory", skip=13) as hold:
            parse = holder.tell("parse")
            await asyncio.to_thread(hold.reached)
            holder.signal(signal.SIGSTOP)
        before = await db.fetch_value(HOLDER, PERSON)
        await until(lambda: _is_over(db))
        holder.signal(signal.SIGCONT)
        async with asyncio.timeout(SLACK):  # Telethon's tries to connect are not waited for
            told = await parse.end()
        held = await db.fetch_value("SELECT count(*) FROM posts")
        assert (told.kind, 0 < held < 1500) in {("LeaseLost", True), ("ParseReport", False)}
        assert (await parse_again(holder)).added == 1500 - held
        assert await db.fetch_value(HOLDER, PERSON) != before
        await _check_whole(db, news, texts)


async def parse_again(other: Other) -> Said:
    """Have it read as often as it takes to get a new lease, and return what comes of that."""
    while (said := await other.tell("parse").end()).kind == "LeaseLost":
        pass
    return said


async def _is_over(db: Database) -> bool:
    """Whether no lease has any time left."""
    statement = "SELECT count(*) FROM nodes WHERE expires_at > clock_timestamp()"
    return not await db.fetch_value(statement)


async def _is_nobodys(db: Database) -> bool:
    """Whether the account is READY and nobody has it open."""
    statement = "SELECT count(*) FROM accounts WHERE holder IS NULL AND state = 'READY'"
    return bool(await db.fetch_value(statement))


async def test_S3_who_has_the_account_itself_names_no_other(
    sandbox: Sandbox, open_house: Open
) -> None:
    """Neither one's own process nor nobody is somebody else."""
    async with open_house() as house:
        user = actors.user(PERSON)
        assert (await user.status()).holder is None
        await log_in(house, sandbox)
        assert (await user.status()).holder is None


async def test_S3_a_lost_lease_is_told_to_whoever_asked_for_it(
    settings: dict[str, str], db: Database
) -> None:
    """Once for each loss, on another thread than the loop's, and not at an ordinary end."""
    told: queue.SimpleQueue[str] = queue.SimpleQueue()
    tell = partial(_tell_thread, told)
    opened = actors.open(
        data=settings["data"],
        telegram=settings["telegram"],
        database_url=settings["database_url"],
        session_keys=settings["session_keys"],
        on_lease_lost=tell,
        lease_ttl=2.0,
        lease_margin=0.5,
    )
    async with opened:
        await db.execute("UPDATE nodes SET revoked = true")
        thread = await asyncio.to_thread(told.get, timeout=SECONDS)
        assert thread == "lease-watch"
    assert told.empty()


def _tell_thread(told: queue.SimpleQueue[str]) -> None:
    told.put(threading.current_thread().name)
