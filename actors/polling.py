"""The right of one process at a time to ask Telegram for a bot's updates.

Theory of operation. Telegram refuses whoever asks second (`terminated by other getUpdates
request`), so all processes of a database agree there who asks: as long as the process's lease
lives, the bot is its own. Whoever comes second looks again and again, and has it when the first has
closed, or when its lease has run out. Within a process the first block to have it keeps it.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import anyio

from actors.bot_messages import ClaimPolling, ReleasePolling
from actors.ports import Asks
from actors.term import Term
from runtime import ActorCrashed, ActorError, AskTimeout
from runtime.logs import get_logger
from storage.errors import StorageError

log = get_logger("actors")

PASSING = (StorageError, AskTimeout, ActorCrashed)
"""What a wait outlives: whoever waits for another process waits for the database too."""

RELEASE_SECONDS = 5.0

_mine: dict[tuple[str, str], object] = {}  # by incarnation and bot: which block has it


class Polling:
    """The right to poll for a bot, for as long as this process's lease lives."""

    def __init__(self, term: Term, incarnation: str) -> None:
        self._term = term
        self._incarnation = incarnation
        self._lost = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def __repr__(self) -> str:
        """Show whether it is held."""
        return f"<Polling {'held' if self.held else 'lost'}>"

    @property
    def held(self) -> bool:
        """Whether it is held now; from any thread."""
        return self._term.holds(self._incarnation)

    async def wait_lost(self) -> None:
        """Return when it is lost, which is for good; on the loop that began to hold it."""
        await self._lost.wait()

    def end(self) -> None:
        """Tell whoever waits; from any thread."""
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits
            self._loop.call_soon_threadsafe(self._lost.set)


def bot_of(token: str) -> str:
    """Return what a bot is called in the database: a hash of the id its token begins with."""
    return hashlib.sha256(token.partition(":")[0].strip().encode()).hexdigest()


@asynccontextmanager
async def polling(
    store: Asks,
    term: Term,
    bot: str,
    *,
    pause: float,
    waiting: Callable[[str | None], object],
) -> AsyncIterator[Polling]:
    """Wait until a bot is this process's own, looking every `pause` seconds; then hold it.

    `waiting` is called with whoever has it, as often as that is another one.
    """
    block = object()
    incarnation = await _claimed(store, term, bot, pause, waiting, block)
    held = Polling(term, incarnation)
    forget = term.on_loss(incarnation, held.end)
    try:
        yield held
    finally:
        forget()
        with anyio.CancelScope(shield=True), contextlib.suppress(StorageError, ActorError):
            release = ReleasePolling(node=incarnation, bot=bot)
            await store.ask(release, timeout=RELEASE_SECONDS)
        _mine.pop((incarnation, bot), None)


async def _claimed(
    store: Asks,
    term: Term,
    bot: str,
    pause: float,
    waiting: Callable[[str | None], object],
    block: object,
) -> str:
    """Return the incarnation that has the bot now."""
    told: list[str | None] = []
    while True:
        incarnation = term.incarnation
        by: str | None = None
        if incarnation is not None:
            held, by = await _attempt(store, incarnation, bot, block)
            if held and term.holds(incarnation):
                return incarnation
            if held:
                _mine.pop((incarnation, bot), None)
        if told[-1:] != [by]:
            told = [by]
            log.info("polling.waits", holder=by)
            waiting(by)
        await asyncio.sleep(pause)


async def _attempt(
    store: Asks, incarnation: str, bot: str, block: object
) -> tuple[bool, str | None]:
    """Whether the bot is this block's now, and who has it instead."""
    if _mine.setdefault((incarnation, bot), block) is not block:
        return False, "this process"
    polled = None
    try:
        polled = await store.ask(ClaimPolling(node=incarnation, bot=bot))
    except PASSING as trouble:
        log.warning("polling.not_claimed", error=str(trouble))
    finally:
        if polled is None or not polled.held:
            _mine.pop((incarnation, bot), None)
    return (False, None) if polled is None else (polled.held, polled.by)
