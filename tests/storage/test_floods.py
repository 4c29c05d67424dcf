"""What Telegram lets accounts wait for, and the calls that are counted."""

from collections.abc import Awaitable, Callable

import pytest

from storage import floods, sends
from storage.database import Database
from storage.errors import LeaseLost
from storage.rows import Hold
from tests.storage.conftest import Own
from tests.storage.following import START, after

pytestmark = pytest.mark.anyio

DAY = 86_400.0


@pytest.fixture
async def mine(own: Own) -> Hold:
    """A held account."""
    return await own(42)


async def note(db: Database, hold: Hold, method: str, until: float, *, now: float = 0) -> None:
    """Note a wait until so long after the start."""
    await floods.note(db, hold, method, after(until), now=after(now))


async def test_waits_are_kept_by_account_and_method(db: Database, own: Own, mine: Hold) -> None:
    """Each method of each account has its own end; of many accounts they come at once."""
    other = await own(43)
    await own(44)
    await note(db, mine, floods.HISTORY, 10)
    await note(db, mine, "join", 20)
    await note(db, other, "join", 30)
    assert await floods.of(db, 42, now=START) == {"history": after(10), "join": after(20)}
    assert await floods.among(db, [42, 43, 44, 45], now=START) == {
        42: {"history": after(10), "join": after(20)},
        43: {"join": after(30)},
    }


async def test_a_wait_that_is_over_is_gone(db: Database, mine: Hold) -> None:
    """At its end a wait is no longer told, and the next one that is noted removes it."""
    await note(db, mine, "join", 10)
    assert await floods.of(db, 42, now=after(9)) == {"join": after(10)}
    assert await floods.of(db, 42, now=after(10)) == {}
    await note(db, mine, "history", 20, now=9)
    assert await db.fetch_value("SELECT count(*) FROM floods") == 2
    await note(db, mine, "resolve", 20, now=10)
    assert await db.fetch_value("SELECT count(*) FROM floods") == 2


async def test_the_latest_end_counts(db: Database, mine: Hold) -> None:
    """A shorter wait for the same method does not end a longer one, a longer one replaces it."""
    for until, expected in ((100, 100), (50, 100), (150, 150)):
        await note(db, mine, "history", until)
        assert await floods.of(db, 42, now=START) == {"history": after(expected)}


async def test_calls_are_counted_by_method(db: Database, own: Own, mine: Hold) -> None:
    """The times of an account's calls come back for each method, oldest first."""
    other = await own(43)
    for method, at in (("join", 20), ("resolve", 10), ("join", 5)):
        await sends.keep(db, mine, method, after(at), since=START)
    await sends.keep(db, other, "join", after(30), since=START)
    assert await sends.of(db, 42, since=START) == {
        "join": (after(5), after(20)),
        "resolve": (after(10),),
    }


async def test_two_calls_at_one_moment_are_two(db: Database, mine: Hold) -> None:
    """Calls are counted, not their times."""
    for _ in range(2):
        await sends.keep(db, mine, "join", START, since=START)
    assert await sends.of(db, 42, since=START) == {"join": (START, START)}


async def test_calls_that_count_no_longer_are_dropped(db: Database, own: Own, mine: Hold) -> None:
    """What is older than asked for is not told, and goes with the account's next call."""
    other = await own(43)
    for hold in (mine, other):
        await sends.keep(db, hold, "join", START, since=START)
    assert await sends.of(db, 42, since=after(1)) == {}
    await sends.keep(db, mine, "resolve", after(DAY + 1), since=after(1))
    assert await sends.of(db, 42, since=START) == {"resolve": (after(DAY + 1),)}
    assert await sends.of(db, 43, since=START) == {"join": (START,)}


Write = Callable[[Database, Hold], Awaitable[None]]


@pytest.mark.parametrize(
    "write",
    [
        lambda db, hold: floods.note(db, hold, "join", after(9), now=START),
        lambda db, hold: sends.keep(db, hold, "join", START, since=START),
    ],
    ids=["flood", "send"],
)
async def test_whoever_lost_an_account_writes_nothing(
    db: Database, own: Own, mine: Hold, write: Write
) -> None:
    """A hold that counts no longer is refused by name, and leaves everything as it was."""
    await write(db, await own(42))
    before = [await db.fetch(f"TABLE {table}") for table in ("floods", "sends")]
    with pytest.raises(LeaseLost, match="42"):
        await write(db, mine)
    assert [await db.fetch(f"TABLE {table}") for table in ("floods", "sends")] == before


async def test_waits_and_calls_go_with_their_account(db: Database, mine: Hold) -> None:
    """Nothing of either is left of an account that is forgotten."""
    await note(db, mine, "join", 10)
    await sends.keep(db, mine, "join", START, since=START)
    await db.execute("DELETE FROM accounts")
    assert await floods.of(db, 42, now=START) == await sends.of(db, 42, since=START) == {}
    assert await db.fetch_value("SELECT count(*) FROM sends") == 0
