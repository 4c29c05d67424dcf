"""S3: a process that is killed in the middle of a login, or right after it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

import actors
from sandbox import Channel, Person, Sandbox, World
from storage.accounts import GIVEN_UP
from storage.database import Database
from tests.bot.warm import Warm
from tests.scenarios.conftest import PERSON, Open
from tests.scenarios.process import Other, Said, other_house
from tests.scenarios.steps import entering, go_through, scanning
from tests.scenarios.witness import authorised, record_key, state_of, until

pytestmark = pytest.mark.anyio

PHONE = "+49 151 234-56-78"
PASSWORD = "correct horse"
LEASE = {"lease_ttl": 600, "lease_margin": 100}
"""No test lives long enough to see it run out: what goes on at once does not wait for it."""
SECONDS = 60.0
AT_COMMIT = """
CREATE FUNCTION at_commit() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NULL; END';
CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON sessions
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION at_commit();
"""
"""Lets a commit that brings a session wait for whoever has the lock."""


@pytest.fixture
def person(world: World) -> Person:
    """Somebody with a phone."""
    return world.person(PERSON, first_name="Вера", username="vera", phone="491512345678")


@pytest.fixture
async def other(warm: Warm, settings: dict[str, str]) -> AsyncIterator[Other]:
    """A house on the test's data, in another process."""
    async with other_house(warm, settings, **LEASE) as opened:
        yield opened


@pytest.fixture
async def db(dsn: str) -> AsyncIterator[Database]:
    """The database, looked at from outside."""
    async with await Database.open(dsn, connections=2) as opened:
        yield opened


async def in_qr_wait(_sandbox: Sandbox, other: Other) -> Said:
    """Begin a login by QR code."""
    return await other.tell("login").next()


async def in_code_wait(_sandbox: Sandbox, other: Other) -> Said:
    """Begin a login by phone."""
    return await other.tell("login", PHONE).next()


async def in_password_wait(sandbox: Sandbox, other: Other) -> Said:
    """Begin a login, and scan the code of an account with a two-step password."""
    await asyncio.to_thread(sandbox.set_password, PERSON, PASSWORD)
    talk = other.tell("login")
    shown = await talk.next()
    assert shown.url is not None
    sandbox.scan(shown.url, PERSON)
    return await talk.next()


async def log_in(sandbox: Sandbox, other: Other) -> None:
    """Log in over there, by QR code."""
    talk = other.tell("login")
    shown = await talk.next()
    assert shown.url is not None
    sandbox.scan(shown.url, PERSON)
    assert (await talk.end()).kind == "LoggedIn"


@pytest.mark.parametrize(
    ("begin", "kind", "state"),
    [
        (in_qr_wait, "QrCode", "QR_WAIT"),
        (in_code_wait, "CodeNeeded", "CODE_WAIT"),
        (in_password_wait, "PasswordNeeded", "PASSWORD_WAIT"),
    ],
    ids=["qr", "code", "password"],
)
async def test_S3_a_login_ends_with_its_process(
    sandbox: Sandbox,
    open_house: Open,
    other: Other,
    db: Database,
    begin: Callable[[Sandbox, Other], Awaitable[Said]],
    kind: str,
    state: str,
) -> None:
    """The next house shows NEW and why, at once, and the same way in works."""
    shown = await begin(sandbox, other)
    assert shown.kind == kind
    assert await state_of(db) == (state, None)
    await other.kill()
    if shown.url is not None:
        sandbox.scan(shown.url, PERSON)  # nobody is there to collect it
    assert authorised(sandbox) == set()
    async with asyncio.timeout(SECONDS), open_house() as house:
        assert [(each.state, each.reason) for each in await house.accounts()] == [("NEW", GIVEN_UP)]
        user = actors.user(PERSON)
        status = await user.status()
        assert (status.state, status.reason) == ("NEW", GIVEN_UP)

        async def prove(_step: actors.PasswordNeeded) -> None:
            await user.password(PASSWORD)

        seen = await go_through(
            user,
            phone=PHONE if state == "CODE_WAIT" else None,
            qr=scanning(sandbox, PERSON),
            code=entering(sandbox, user, PERSON),
            password=prove,
        )
        assert seen[-1] == actors.LoggedIn(account=PERSON)
        assert (await user.parse()).channels == 15
        assert len(authorised(sandbox)) == 1
        assert await house.notices() == ()


async def test_S3_a_parse_goes_on_where_its_process_was_killed(
    sandbox: Sandbox, channels: list[Channel], open_house: Open, other: Other, db: Database
) -> None:
    """READY without another login; what was stored stays, the rest follows, each post once."""
    news = channels[0]
    texts = [f"post {number}" for number in range(1500)]
    sandbox.publish_many(news.id, texts)
    await log_in(sandbox, other)
    # The tenth page fills a second batch, which waits until the first is stored.
    with sandbox.faults.hold("messages.getHistory", skip=13) as hold:
        other.tell("parse")
        await asyncio.to_thread(hold.reached)
        held = await db.fetch_value("SELECT count(*) FROM posts")
        assert 0 < held < len(texts)
        await other.kill()
    async with asyncio.timeout(SECONDS), open_house() as house:
        assert [each.state for each in await house.accounts()] == ["READY"]
        user = actors.user(PERSON)
        assert (await user.status()).state == "READY"
        report = await user.parse(depth=None)
        assert report.unread == ()
        # A batch that was on its way may have been stored after the look; nothing is read again.
        assert held <= len(texts) - report.added < len(texts)
    rows = await db.fetch("SELECT text FROM posts WHERE channel_id = $1 ORDER BY id", news.id)
    assert [row["text"] for row in rows] == texts
    spans = await db.fetch_value("SELECT coverage FROM channels WHERE id = $1", news.id)
    assert len(spans) == 1, "a gap"


async def test_S3_a_login_that_telegram_accepted_and_nobody_wrote_down_is_over(
    sandbox: Sandbox, settings: dict[str, str], open_house: Open, other: Other, db: Database
) -> None:
    """Killed between the two: NEW. What Telegram keeps of it the person sees, and can end."""
    with sandbox.faults.hold("updates.getState") as hold:
        talk = other.tell("login")
        shown = await talk.next()
        assert shown.url is not None
        sandbox.scan(shown.url, PERSON)
        await asyncio.to_thread(hold.reached)
        lost = authorised(sandbox)
        assert len(lost) == 1
        assert await state_of(db) == ("QR_WAIT", None)
        await other.kill()
    async with asyncio.timeout(SECONDS), open_house():
        user = actors.user(PERSON)
        assert (await user.status()).state == "NEW"
        seen = await go_through(user, qr=scanning(sandbox, PERSON))
        assert seen[-1] == actors.LoggedIn(account=PERSON)
        mine, stray = await user.authorisations()
        assert mine.this
        await user.end_authorisation(stray.id)
        assert authorised(sandbox) == {await record_key(db, settings["session_keys"])}
        assert (await user.parse()).channels == 15


async def test_S3_a_login_that_was_being_written_down_was_not(
    sandbox: Sandbox, open_house: Open, other: Other, db: Database
) -> None:
    """Killed before it could commit: nothing of it is there, neither state nor record."""
    async with db.transaction() as connection:
        await connection.execute("LOCK TABLE sessions IN ACCESS EXCLUSIVE MODE")
        await _scan_and_kill(sandbox, other, db)
    async with asyncio.timeout(SECONDS), open_house() as house:
        assert [(each.state, each.reason) for each in await house.accounts()] == [("NEW", GIVEN_UP)]
        assert await db.fetch_value("SELECT count(*) FROM sessions") == 0
        seen = await go_through(actors.user(PERSON), qr=scanning(sandbox, PERSON))
        assert seen[-1] == actors.LoggedIn(account=PERSON)


async def test_S3_a_login_that_was_written_down_and_never_told_is_ready(
    sandbox: Sandbox, settings: dict[str, str], open_house: Open, other: Other, db: Database
) -> None:
    """The outcome is the commit: killed in it, the next house waits for it and reads with it."""
    await db.execute(AT_COMMIT)
    async with db.transaction() as connection:
        await connection.execute("SELECT pg_advisory_xact_lock(1)")
        await _scan_and_kill(sandbox, other, db)
    async with asyncio.timeout(SECONDS), open_house() as house:
        assert [each.state for each in await house.accounts()] == ["READY"]
        assert authorised(sandbox) == {await record_key(db, settings["session_keys"])}
        assert (await actors.user(PERSON).parse()).channels == 15


async def _scan_and_kill(sandbox: Sandbox, other: Other, db: Database) -> None:
    """Log in over there, and kill it when the database keeps its login waiting."""
    shown = await other.tell("login").next()
    assert shown.url is not None
    sandbox.scan(shown.url, PERSON)
    await until(lambda: _is_blocked(db))
    await other.kill()


async def _is_blocked(db: Database) -> bool:
    """Whether somebody waits for a lock in this database."""
    waiting = await db.fetch_value(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    return bool(waiting)
