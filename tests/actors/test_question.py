"""Something that a person has to prove."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import anyio
import pytest

from actors.errors import (
    Flooded,
    PasswordRequired,
    PasswordWrong,
    SessionRevoked,
    TelegramUnreachable,
)
from actors.ports import Person
from actors.question import TRIES, Closed, Question, Wrong

pytestmark = pytest.mark.anyio

ANNA = Person(id=7, name="Anna")


class Judge:
    """Accepts one word; `trouble` comes before it, once; `gate` holds a try up."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.trouble: Exception | None = None
        self.gate = asyncio.Event()
        self.gate.set()
        self.trying = asyncio.Event()

    async def check(self, said: str) -> Person:
        """Say whether it was right."""
        self.asked.append(said)
        self.trying.set()
        await self.gate.wait()
        trouble, self.trouble = self.trouble, None
        if trouble is not None:
            raise trouble
        if said != "right":
            raise PasswordWrong
        return ANNA


async def test_the_right_answer_reaches_who_waits() -> None:
    """A wrong one first costs a try; after the right one nothing is taken."""
    judge = Judge()
    question = Question(judge.check)
    with pytest.raises(Wrong):
        await question.prove("wrong")
    assert question.left == TRIES - 1
    await question.prove("right")
    await question.answered(1)
    assert await question.close() == ANNA
    with pytest.raises(Closed):
        await question.prove("right")


async def test_after_the_last_try_nothing_is_sent_any_more() -> None:
    """Who waits learns at once that it will not be proved."""
    judge = Judge()
    question = Question(judge.check)
    for _ in range(TRIES):
        with pytest.raises(Wrong):
            await question.prove("wrong")
    await question.answered(60)
    assert question.left == 0
    assert await question.close() is None
    with pytest.raises(Closed):
        await question.prove("right")
    assert judge.asked == ["wrong"] * TRIES


async def test_telegrams_own_wait_is_honoured() -> None:
    """While a flood lasts no answer is sent there, and none costs a try."""
    judge = Judge()
    question = Question(judge.check)
    judge.trouble = Flooded(datetime.now(UTC) + timedelta(hours=1))
    for _ in range(3):
        with pytest.raises(Flooded):
            await question.prove("right")
    assert judge.asked == ["right"]
    assert question.left == TRIES


async def test_a_flood_that_is_over_is_over() -> None:
    """The same question can still be answered afterwards."""
    judge = Judge()
    question = Question(judge.check)
    judge.trouble = Flooded(datetime.now(UTC) - timedelta(seconds=1))
    with pytest.raises(Flooded):
        await question.prove("right")
    await question.prove("right")
    assert await question.close() == ANNA


async def test_trouble_on_the_way_costs_no_try() -> None:
    """An answer that did not reach Telegram may be given again."""
    judge = Judge()
    question = Question(judge.check)
    judge.trouble = TelegramUnreachable("down")
    with pytest.raises(TelegramUnreachable):
        await question.prove("right")
    assert question.left == TRIES
    await question.prove("right")
    assert await question.close() == ANNA


async def test_a_right_code_that_is_not_enough_is_passed_on() -> None:
    """Who proved it is told nothing, who waits that a password is needed."""
    judge = Judge()
    question = Question(judge.check)
    judge.trouble = PasswordRequired("cat")
    await question.prove("right")
    with pytest.raises(PasswordRequired):
        await question.close()


async def test_a_session_that_has_ended_ends_the_question() -> None:
    """Both who proves and who waits hear of it."""
    judge = Judge()
    question = Question(judge.check)
    judge.trouble = SessionRevoked("AUTH_KEY_UNREGISTERED")
    with pytest.raises(SessionRevoked):
        await question.prove("right")
    await question.answered(60)
    with pytest.raises(SessionRevoked):
        await question.close()


async def test_closing_waits_for_the_try_under_way() -> None:
    """What Telegram has accepted is not lost, though nobody waited for it any more."""
    judge = Judge()
    question = Question(judge.check)
    judge.gate.clear()
    closed: list[Person | None] = []

    async def close() -> None:
        closed.append(await question.close())

    async with anyio.create_task_group() as group:
        group.start_soon(question.prove, "right")
        await judge.trying.wait()
        group.start_soon(close)
        judge.gate.set()
    assert closed == [ANNA]


async def test_who_proves_may_leave_and_the_answer_still_counts() -> None:
    """A cancelled asker does not undo what was sent."""
    judge = Judge()
    question = Question(judge.check)
    judge.gate.clear()
    async with anyio.create_task_group() as group:
        group.start_soon(question.prove, "right")
        await judge.trying.wait()
        group.cancel_scope.cancel()
        judge.gate.set()
    assert await question.close() == ANNA


async def test_nothing_is_tried_while_something_else_is_done_instead() -> None:
    """A second code is asked for between tries only, and not once one was right."""
    judge = Judge()
    question = Question(judge.check)
    order: list[str] = []

    async def work() -> None:
        order.append("instead")

    judge.gate.clear()
    async with anyio.create_task_group() as group:
        group.start_soon(question.prove, "right")
        await judge.trying.wait()
        judge.gate.set()
        with pytest.raises(Closed):
            await question.instead(work)
    assert order == []
