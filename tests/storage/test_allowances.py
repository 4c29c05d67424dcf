"""What accounts are allowed, and what of it they have used."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from storage import allowances, invites, posts, sessions
from storage.bot_rows import Limits
from storage.database import Database
from storage.errors import TooManyFollowed, UnknownAccount
from storage.sessions import Vault, new_key
from tests.storage.conftest import Own
from tests.storage.found import seen

pytestmark = pytest.mark.anyio

VERA = 42
VAULT = Vault([new_key()])


async def admit(db: Database, own: Own, *limits: Mapping[str, int]) -> None:
    """Let Vera in, by an invite with each of these limits."""
    hold = await own(VERA)
    for each in limits or ({},):
        made = await invites.create(db, limits=each)
        await invites.claim(db, made.code, VERA, 600)
        await sessions.admit(db, VAULT, hold, "READY", None, b"record")


async def take(db: Database) -> bool:
    """Whether Vera may ask a question."""
    return await allowances.take_question(db, VERA) is None


@pytest.mark.parametrize(
    ("invited", "expected"),
    [
        ([], (None, None)),
        ([{"channels": 5}], (5, None)),
        ([{"questions": 3}], (None, 3)),
        ([{"channels": 5, "questions": 3}, {"channels": 2, "questions": 9}], (5, 9)),
    ],
)
async def test_the_invite_says_what_is_allowed(
    db: Database, own: Own, invited: list[dict[str, int]], expected: tuple[int | None, int | None]
) -> None:
    """The best of those that let the account in; what none of them says is not limited."""
    await admit(db, own, *invited)
    channels, questions = expected
    limits = Limits(channels=channels, questions_per_day=questions)
    assert await allowances.limits(db, VERA) == limits
    common = Limits(channels=7 if channels is None else channels, questions_per_day=questions)
    assert await allowances.limits(db, VERA, most=7) == common


async def test_an_invite_that_let_nobody_in_says_nothing(db: Database, own: Own) -> None:
    """One that is only reserved allows nothing yet."""
    await own(VERA)
    made = await invites.create(db, limits={"questions": 3})
    await invites.claim(db, made.code, VERA, 600)
    assert (await allowances.limits(db, VERA)).questions_per_day is None


async def test_the_operator_has_the_last_word(db: Database, own: Own) -> None:
    """About either limit, in either direction, until it is taken back."""
    await admit(db, own, {"channels": 5, "questions": 3})
    await allowances.set_limits(db, VERA, channels=1, questions_per_day=None)
    assert await allowances.limits(db, VERA) == Limits(channels=1, questions_per_day=3)
    await allowances.set_limits(db, VERA, channels=None, questions_per_day=50)
    assert await allowances.limits(db, VERA) == Limits(channels=5, questions_per_day=50)
    await allowances.set_limits(db, VERA, channels=None, questions_per_day=None)
    assert await allowances.limits(db, VERA) == Limits(channels=5, questions_per_day=3)


@pytest.mark.parametrize("number", [-1, 2**31])
async def test_an_odd_limit_is_refused(db: Database, own: Own, number: int) -> None:
    """A fault of the program is told as one."""
    await admit(db, own)
    with pytest.raises(ValueError, match=str(number)):
        await allowances.set_limits(db, VERA, channels=number, questions_per_day=None)


async def test_what_is_followed_keeps_to_the_operators_word(db: Database, own: Own) -> None:
    """It counts where channels are followed, and not only where it is shown."""
    await admit(db, own, {"channels": 5})
    hold = await own(VERA)
    await allowances.set_limits(db, VERA, channels=1, questions_per_day=None)
    states = await posts.follow(db, hold, [seen(7), seen(8)])
    assert [each.id for each in states] == [7]
    with pytest.raises(TooManyFollowed, match="1"):
        await posts.have_room(db, VERA, most=None)


async def test_an_account_that_is_not_registered_is_told_so(db: Database) -> None:
    """It has no questions, and no limits can be set for it."""
    with pytest.raises(UnknownAccount, match="42"):
        await take(db)
    with pytest.raises(UnknownAccount, match="42"):
        await allowances.set_limits(db, VERA, channels=1, questions_per_day=1)


async def test_fifty_questions_at_once_of_three(db: Database, own: Own) -> None:
    """Exactly three are taken, and the others are told when there are new ones: at midnight."""
    await admit(db, own, {"questions": 3})
    answers = await asyncio.gather(*(allowances.take_question(db, VERA) for _ in range(50)))
    assert answers.count(None) == 3
    (again,) = {each for each in answers if each is not None}
    assert (again.hour, again.minute, again.utcoffset()) == (0, 0, timedelta())
    assert timedelta() < again - datetime.now(UTC) <= timedelta(days=1)


async def test_every_day_has_its_own_questions(db: Database, own: Own) -> None:
    """Those of yesterday do not count, however many they were."""
    await admit(db, own, {"questions": 2})
    assert [await take(db) for _ in range(3)] == [True, True, False]
    await db.execute("UPDATE questions SET day = day - 1")
    assert [await take(db) for _ in range(3)] == [True, True, False]


async def test_no_limit_and_no_question(db: Database, own: Own) -> None:
    """Whoever has no limit is never refused; whoever may ask none always is."""
    await admit(db, own)
    assert [await take(db) for _ in range(5)] == [True] * 5
    await allowances.set_limits(db, VERA, channels=None, questions_per_day=0)
    assert not await take(db)
    await db.execute("DELETE FROM questions")
    assert not await take(db)
