"""Answers as they are made, with a model that the test speaks for."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import aclosing
from typing import Any

import pytest

import actors
from actors.search_values import Answer
from bot.web.said import said

pytestmark = pytest.mark.anyio

ANSWER = Answer(
    question="why", text="Because.", sources=(), manner="model", model="a model", trouble=None
)


class Model:
    """Says what it is told to, and ends when it is told to."""

    def __init__(self) -> None:
        self.say: Callable[[str], object] = lambda _: None
        self.asked = asyncio.Event()
        self.end: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self.was_given_up = False

    async def __call__(self, progress: Callable[[str], object]) -> Answer:
        """Answer."""
        self.say = progress
        self.asked.set()
        try:
            return await self.end
        except asyncio.CancelledError:
            self.was_given_up = True
            raise


@pytest.fixture
async def model() -> Model:
    """A model."""
    return Model()


def event(piece: bytes) -> tuple[str, Any]:
    """Read an event."""
    name, data = piece.decode().strip().split("\n")
    return name.removeprefix("event: "), json.loads(data.removeprefix("data: "))


async def test_tells_pieces_as_they_come_and_the_answer_at_last(model: Model) -> None:
    """Each piece is told when it comes; what comes while nobody listens is one; then the whole."""
    heard = said(model)
    first = asyncio.ensure_future(anext(heard))
    await model.asked.wait()
    model.say("Be")
    assert event(await first) == ("piece", {"text": "Be"})
    for each in ("ca", "use", "."):
        model.say(each)
    assert event(await anext(heard)) == ("piece", {"text": "cause."})
    model.end.set_result(ANSWER)
    ((name, answer),) = [event(each) async for each in heard]
    assert (name, answer["text"], answer["manner"]) == ("answer", "Because.", "model")


async def test_loses_no_piece_that_comes_with_the_end() -> None:
    """What is said when all is over at once is told before the answer."""

    def at_once(progress: Callable[[str], object]) -> asyncio.Future[Answer]:
        progress("Because.")
        over: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        over.set_result(ANSWER)
        return over

    assert [event(each)[0] async for each in said(at_once)] == ["piece", "answer"]


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (actors.MailboxFull("search"), 503, "MailboxFull"),
        (actors.AskTimeout("search"), 504, "AskTimeout"),
        (RuntimeError("a secret"), 500, "Fault"),
    ],
)
async def test_ends_in_a_problem(model: Model, error: Exception, status: int, code: str) -> None:
    """What goes wrong after the beginning is the stream's last event, and tells no cause."""
    model.end.set_exception(error)
    ((name, problem),) = [event(each) async for each in said(model)]
    assert (name, problem["status"], problem["code"]) == ("problem", status, code)
    assert "secret" not in problem["detail"]


async def test_is_heard_while_the_model_thinks(model: Model) -> None:
    """Nothing to say yet is a comment now and then, so that no proxy closes the stream."""
    async with aclosing(said(model, heartbeat=0.001)) as heard:
        assert [await anext(heard) for _ in range(3)] == [b":\n\n"] * 3


async def test_who_leaves_gives_the_question_up(model: Model) -> None:
    """Nobody is answered who does not listen any more."""
    heard = said(model, heartbeat=0.001)
    await anext(heard)
    await heard.aclose()
    await asyncio.sleep(0)
    assert model.was_given_up
