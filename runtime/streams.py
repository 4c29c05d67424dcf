"""Progress on its way to a reader on any loop, or in a thread without one.

Theory of operation. A channel is a reply that also takes items: the actor offers them on its own
loop and waits while `ahead` of them lie unread, so a slow reader slows the work. A reader who
leaves, or takes nothing for `patience` seconds, has given up like any asker: the last waiter's
leaving cancels the work. Both sides meet under the channel's lock; it is re-entrant, because a
forgotten stream may be collected anywhere, also while this thread holds it.
"""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Generic, Self, TypeVar, cast

from runtime.errors import AskOnLoop, StreamOverdue
from runtime.messages import Message, StreamRequest
from runtime.replies import Reply, as_value

P = TypeVar("P")
R = TypeVar("R")

AHEAD = 16
"""Items a stream's reader may be behind before the work waits."""

Emit = Callable[[Any], Awaitable[None]]
_emitting: contextvars.ContextVar[tuple[Message, Emit] | None] = contextvars.ContextVar(
    "runtime_emitting", default=None
)


async def progress(request: StreamRequest[P, R], value: P, /) -> None:
    """Report progress on the request at hand to whoever streams it; wait for slow readers."""
    emitting = _emitting.get()
    # A context travels on to the actors that are asked from it: theirs is another request.
    if emitting is not None and emitting[0] is request:
        await emitting[1](value)


def emits(message: Message, emit: Emit) -> None:
    """Have `progress` on this message go to `emit`, in the present context."""
    _emitting.set((message, emit))


class Channel(Reply):
    """A bounded line of items, ended by an answer."""

    __slots__ = ("_ahead", "_end", "_items", "_lock", "_moved", "_patience", "_reader", "_room")

    def __init__(
        self, actor: str, ahead: int, patience: float, moved: Callable[[], object] | None = None
    ) -> None:
        """Describe it; `moved` is called once, in any thread: at the first item or the end."""
        super().__init__(actor)
        self._moved = moved
        self._lock = threading.RLock()
        self._items: deque[Any] = deque()
        self._ahead = ahead
        self._patience = patience
        self._end: tuple[Any, BaseException | None] | None = None
        self._reader: Callable[[], None] | None = None
        self._room: list[asyncio.Future[None]] = []

    async def offer(self, item: Any) -> None:
        """Hand over an item once there is room. On the actor's loop."""
        while (room := self._accept(item)) is not None:
            try:
                async with asyncio.timeout(self._patience):
                    await room
            except TimeoutError:
                self.refuse(StreamOverdue(self.actor))
                self.give_up()
        if self.abandoned:
            await asyncio.sleep(0)  # work that nobody reads must still be reached by its end

    def _accept(self, item: Any) -> asyncio.Future[None] | None:
        """Take an item, or drop it if nobody reads; else return what to wait for."""
        with self._lock:
            if self.abandoned or self._end is not None:
                return None
            if len(self._items) >= self._ahead:
                room: asyncio.Future[None] = asyncio.get_running_loop().create_future()
                self._room.append(room)
                return room
            self._items.append(item)
            reader, self._reader = self._reader, None
        self._has_moved()
        if reader is not None:
            reader()
        return None

    def answer(self, value: Any) -> None:
        """End the stream with its result, from any thread."""
        self._finish(value, None)

    def refuse(self, error: BaseException) -> None:
        """End the stream with an error, from any thread."""
        self._finish(None, as_value(error))

    def _finish(self, value: Any, error: BaseException | None) -> None:
        with self._lock:
            if self._end is None:
                self._end = (value, error)
            reader, self._reader = self._reader, None
        self._has_moved()
        if reader is not None:
            reader()

    def give_up(self) -> None:
        """Read no more."""
        super().give_up()
        self._has_moved()
        with self._lock:
            room, self._room = self._room, []
        _resolve_all(room)

    def take(self, wake: Callable[[], None] | None) -> list[Any] | None:
        """Return the next item in a list, an empty one at the end; None if `wake` will tell."""
        room: list[asyncio.Future[None]] = []
        with self._lock:
            if self._items:
                taken = [self._items.popleft()]
                if self._room and 2 * len(self._items) <= self._ahead:
                    room, self._room = self._room, []
            elif self._end is not None:
                taken = []
            else:
                self._reader = wake
                return None
        _resolve_all(room)
        return taken

    @property
    def end(self) -> tuple[Any, BaseException | None] | None:
        """The result or the error the stream has ended with."""
        return self._end

    def _has_moved(self) -> None:
        with self._lock:
            moved, self._moved = self._moved, None
        if moved is not None:
            moved()


def _resolve_all(room: list[asyncio.Future[None]]) -> None:
    for future in room:
        try:
            future.get_loop().call_soon_threadsafe(_resolve, future)
        except RuntimeError:
            return  # the actor's loop has closed


def _resolve(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


class Stream(Generic[P, R]):
    """Typed progress, then a typed result: `async for` on a loop, `for` in a thread without one.

    Waits at most `timeout` seconds for each item. Leaving early gives up, as does forgetting it.
    """

    def __init__(self, channel: Channel, timeout: float) -> None:
        self._channel = channel
        self._timeout = timeout
        self._over = False

    def __repr__(self) -> str:
        """Show whose stream it is, and whether it has ended."""
        return f"<Stream of {self._channel.actor} {'over' if self._over else 'open'}>"

    @property
    def result(self) -> R:
        """What the request was answered with, once the stream has been read to its end."""
        end = self._channel.end
        if end is None or not self._over:
            raise LookupError("the stream is not over: read it to its end first")
        value, error = end
        if error is not None:
            raise error
        return cast("R", value)

    def close(self) -> None:
        """Read no more; if nobody else waits for the work, it is cancelled."""
        if not self._over:
            self._over = True
            self._channel.give_up()

    def __del__(self) -> None:
        if not getattr(self, "_over", True):
            self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __aiter__(self) -> Self:
        return self

    def __iter__(self) -> Self:
        return self

    async def __anext__(self) -> P:
        """Wait for the next item on this loop."""
        loop = asyncio.get_running_loop()
        while (taken := self._taken(None)) is None:
            there: asyncio.Future[None] = loop.create_future()

            def wake(there: asyncio.Future[None] = there) -> None:
                _resolve_all([there])

            if (taken := self._taken(wake)) is not None:
                break
            try:
                async with asyncio.timeout(self._timeout):
                    await there
            except TimeoutError:
                self._overdue()
        if not taken:
            raise StopAsyncIteration
        return cast("P", taken[0])

    def __next__(self) -> P:
        """Wait for the next item in this thread."""
        if _on_a_loop():
            raise AskOnLoop(self._channel.actor)
        there = threading.Event()
        while (taken := self._taken(there.set)) is None:
            if not there.wait(self._timeout):
                self._overdue()
            there.clear()
        if not taken:
            raise StopIteration
        return cast("P", taken[0])

    def _taken(self, wake: Callable[[], None] | None) -> list[Any] | None:
        if self._over:
            return []
        taken = self._channel.take(wake)
        if taken == []:
            self._over = True
            end = self._channel.end
            if end is not None and end[1] is not None:
                raise end[1]
        return taken

    def _overdue(self) -> None:
        self.close()
        raise self._channel.overdue()


def _on_a_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
