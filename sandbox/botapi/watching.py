"""A live feed of what happens between people and a bot."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Self, TypeAlias

from sandbox.botapi.bell import Bell
from sandbox.botapi.shown import Shown

EventKind: TypeAlias = Literal["sent", "edited", "deleted", "pressed", "answered", "action"]


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened; `text` is what an answer says, or the name of an action."""

    kind: EventKind
    chat: int
    at: datetime
    message: Shown | None = None
    text: str = ""


class Watcher:
    """Events since it was made, oldest first; of those nobody takes, the newest are kept.

    Iterating ends when nothing happens for `within` seconds, and when it is closed.
    """

    def __init__(self, bell: Bell, *, bound: int, within: float) -> None:
        self.missed = 0
        self._bell = bell
        self._within = within
        self._events: deque[Event] = deque(maxlen=bound)
        self._is_closed = False

    def __iter__(self) -> Iterator[Event]:
        while (event := self.next(self._within)) is not None:
            yield event

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Event:
        event = await self.awaited(self._within)
        if event is None:
            raise StopAsyncIteration
        return event

    def next(self, within: float) -> Event | None:
        """The next event; None if there is none within so many seconds."""
        taken = self._bell.wait(self._taken, within)
        return taken[0] if taken else None

    async def awaited(self, within: float) -> Event | None:
        """The next event, as `next` has it, on a loop."""
        taken = await self._bell.awaited(self._taken, within)
        return taken[0] if taken else None

    def add(self, event: Event) -> None:
        """Note an event; the oldest is missed when nobody takes them."""
        with self._bell:
            self.missed += len(self._events) == self._events.maxlen
            self._events.append(event)

    def close(self) -> None:
        """Note no more events; iterating ends behind those there are."""
        self._is_closed = True
        self._bell.ring()

    @property
    def is_closed(self) -> bool:
        """Whether it takes no more events."""
        return self._is_closed

    def _taken(self) -> tuple[Event, ...] | None:
        """An event; nothing, if none will come; None: wait."""
        if self._events:
            return (self._events.popleft(),)
        return () if self._is_closed else None
