"""The right of one process at a time to ask Telegram for a bot's updates."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from actors.bot_messages import ClaimPolling, ReleasePolling
from actors.polling import Polling, bot_of, polling
from actors.term import Term
from storage.bot_rows import Polled
from storage.errors import DatabaseUnreachable

pytestmark = pytest.mark.anyio

PATIENCE = 10.0
PAUSE = 0.001
HELD = Polled(held=True, by=None)


class Store:
    """Answers what a test tells it to, and the last of it from then on."""

    def __init__(self, *answers: Polled | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[ClaimPolling] = []
        self.released: list[ReleasePolling] = []

    async def ask(self, request: Any, *, timeout: float = 1.0) -> Any:
        """Answer the next thing."""
        assert timeout > 0
        if isinstance(request, ReleasePolling):
            self.released.append(request)
            return None
        self.asked.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def by(holder: str | None) -> Polled:
    """Answer that somebody else has it."""
    return Polled(held=False, by=holder)


@pytest.fixture
def term() -> Term:
    """A term that does not end by itself."""
    made = Term()
    made.began("me", made.now() + 600)
    return made


@asynccontextmanager
async def held(
    store: Store, term: Term, waiting: Callable[[str | None], object] = id, bot: str = "bot"
) -> AsyncIterator[Polling]:
    """Hold a bot, waited for with patience."""
    block = polling(store, term, bot, pause=PAUSE, waiting=waiting)
    async with asyncio.timeout(PATIENCE):
        entered = await block.__aenter__()
    try:
        yield entered
    finally:
        await block.__aexit__(None, None, None)


async def test_it_is_held_in_the_block_and_given_back(term: Term) -> None:
    """By this process's own incarnation, and for the bot that was named."""
    store = Store(HELD)
    async with held(store, term) as mine:
        assert mine.held
        assert store.released == []
    assert [(each.node, each.bot) for each in store.asked] == [("me", "bot")]
    assert [(each.node, each.bot) for each in store.released] == [("me", "bot")]


async def test_whoever_waits_is_told_for_whom_once_each(term: Term) -> None:
    """As often as it is another one, and not with every look."""
    told: list[str | None] = []
    store = Store(by("a"), by("a"), by("b"), by("b"), by("a"), HELD)
    async with held(store, term, told.append):
        assert told == ["a", "b", "a"]


async def test_a_database_that_is_away_is_waited_for(term: Term) -> None:
    """It ends no wait: who comes back asks again."""
    told: list[str | None] = []
    away = DatabaseUnreachable("db", "gone")
    async with held(Store(by("a"), away, away, HELD), term, told.append) as mine:
        assert mine.held
    assert told == ["a", None]


async def test_a_fault_is_no_trouble_that_passes(term: Term) -> None:
    """What is not expected ends the wait, and leaves the bot to others."""
    store = Store(ZeroDivisionError(), HELD)
    with pytest.raises(ZeroDivisionError):
        async with held(store, term):
            pass
    async with held(store, term) as mine:
        assert mine.held


async def test_without_a_lease_nothing_is_asked(term: Term) -> None:
    """It is waited for until this process has one again, by its new name."""
    term.ended("me")
    store = Store(HELD)

    def begin(_: str | None) -> None:
        assert store.asked == []
        term.began("me again", term.now() + 600)

    async with held(store, term, begin) as mine:
        assert mine.held
    assert [each.node for each in store.asked] == ["me again"]


async def test_whoever_loses_it_is_told(term: Term) -> None:
    """When this process's lease is over, and whatever comes after it."""
    async with held(Store(HELD), term) as mine, asyncio.timeout(PATIENCE):
        waiting = asyncio.create_task(mine.wait_lost())
        await asyncio.to_thread(term.ended, "me")
        await waiting
        term.began("me again", term.now() + 600)
        assert not mine.held


async def test_a_lease_that_ends_while_it_is_asked_for_is_not_enough(term: Term) -> None:
    """What was granted to an incarnation that is over is not held."""

    class Late(Store):
        async def ask(self, request: Any, *, timeout: float = 1.0) -> Any:
            answer = await super().ask(request, timeout=timeout)
            if len(self.asked) == 1 and isinstance(request, ClaimPolling):
                term.began("me again", term.now() + 600)
            return answer

    store = Late(HELD)
    async with held(store, term) as mine:
        assert mine.held
    assert [each.node for each in store.asked] == ["me", "me again"]


async def test_two_blocks_of_one_process_hold_it_in_turn(term: Term) -> None:
    """The second has it when the first has ended; another bot is another matter."""
    store, told = Store(HELD), list[str | None]()
    waits, entered = asyncio.Event(), asyncio.Event()

    def wait(holder: str | None) -> None:
        told.append(holder)
        waits.set()

    async def second() -> None:
        async with held(store, term, wait):
            entered.set()

    async with asyncio.timeout(PATIENCE):
        async with held(store, term), held(store, term, bot="another"):
            task = asyncio.create_task(second())
            await waits.wait()
            assert not entered.is_set()
        await task
    assert told == ["this process"]
    assert entered.is_set()


def test_a_bot_is_called_by_its_id_alone() -> None:
    """A token that was changed is the same bot's, and nothing of the token is in its name."""
    name = bot_of("110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw")
    assert name == bot_of(" 110201543:another") == hashlib.sha256(b"110201543").hexdigest()
    assert name != bot_of("110201544:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw")
