"""What changes, told to every page that is open."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final, Self

from sandbox.botapi import Event, Watcher
from sandbox.play.errors import TooManyPages
from sandbox.play.messages import message_facts
from sandbox.play.stage import Stage

_BOUND: Final = 500
"""Events that a page may be behind."""
_PAGES: Final = 20
_LOOK: Final = 60.0  # seconds, after which a quiet watcher is asked again
_PAUSE: Final = 0.1  # seconds between two looks at a state that changes


@dataclass(frozen=True, slots=True)
class News:
    """One thing to tell a page; None as its kind ends the telling."""

    kind: str | None
    facts: Any = None


class Subscription:
    """One page's queue. A page that falls behind is cut off, and asks for everything anew."""

    def __init__(self, person: int, bound: int) -> None:
        self.person = person
        self.state: Any = None
        self._queue: asyncio.Queue[News] = asyncio.Queue(bound)

    def put(self, news: News) -> None:
        """Tell it something."""
        try:
            self._queue.put_nowait(news)
        except asyncio.QueueFull:
            self.end()

    def end(self) -> None:
        """Tell it nothing more, and nothing of what it has not taken."""
        with suppress(asyncio.QueueEmpty):
            while True:
                self._queue.get_nowait()
        self._queue.put_nowait(News(None))

    async def next(self, within: float) -> News | None:
        """What it is told next; None if that is nothing within so many seconds."""
        try:
            async with asyncio.timeout(within):
                return await self._queue.get()
        except TimeoutError:
            return None


class Feed:
    """Tells pages what happens in their chats, and how their state is when it has changed."""

    def __init__(self, stage: Stage, *, bound: int = _BOUND) -> None:
        self._stage = stage
        self._bound = bound
        self._open: set[Subscription] = set()
        self._changed = asyncio.Event()
        self._watcher: Watcher | None = None
        self._tasks: tuple[asyncio.Task[None], ...] = ()

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()

        def ring() -> None:
            with suppress(RuntimeError):  # the loop has ended, and the pages with it
                loop.call_soon_threadsafe(self._changed.set)

        self._stage.listen(ring)
        self._watcher = watcher = self._stage.api.watch()
        self._tasks = (
            asyncio.create_task(self._tell_of_chats(watcher)),
            asyncio.create_task(self._tell_of_states()),
        )
        for task in self._tasks:  # a page that is told nothing any more must not look alive
            task.add_done_callback(lambda _: self.end())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._stage.listen(None)
        self.end()
        if self._watcher is not None:
            self._watcher.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @contextmanager
    def subscribed(self, person: int) -> Iterator[Subscription]:
        """A page's subscription, for the length of the block; raises TooManyPages."""
        if len(self._open) >= _PAGES:
            raise TooManyPages(_PAGES)
        made = Subscription(person, self._bound)
        self._open.add(made)
        try:
            yield made
        finally:
            self._open.discard(made)

    def look(self) -> None:
        """See whether a state has changed."""
        self._changed.set()

    def end(self) -> None:
        """End every subscription."""
        for each in self._open:
            each.end()

    async def _tell_of_chats(self, watcher: Watcher) -> None:
        while True:
            event = await watcher.awaited(_LOOK)
            if watcher.missed:
                watcher.missed = 0
                self.end()
            if event is not None and (news := await self._understood(event)) is not None:
                for each in self._open:
                    if each.person == event.chat:
                        each.put(news)

    async def _understood(self, event: Event) -> News | None:
        if event.kind == "action":
            return News("typing")
        if event.message is None or event.kind in ("pressed", "answered"):
            return None
        keyboard = await asyncio.to_thread(self._stage.keyboard, event.chat)
        return News("message", {"message": message_facts(event.message), "keyboard": keyboard})

    async def _tell_of_states(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            for each in tuple(self._open):
                state = await asyncio.to_thread(self._stage.state, each.person)
                if state != each.state:
                    each.state = state
                    each.put(News("state", state))
            await asyncio.sleep(_PAUSE)
