"""What happened to a bot and is not confirmed yet."""

from collections import deque
from collections.abc import Iterable
from itertools import count
from typing import Any, Final

from aiogram.types import Update

_KEPT: Final = 10_000
_UNASKED: Final = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
"""The kinds that a bot gets only if it names them."""
_FIRST: Final = 100_000_001


class Updates:
    """The queue that getUpdates reads; of more than `kept` the newest stay. Not thread-safe."""

    def __init__(self, kept: int = _KEPT) -> None:
        self._queue: deque[Update] = deque(maxlen=kept)
        self._numbers = count(_FIRST)
        self._allowed: frozenset[str] | None = None
        self._poll = 0

    def __len__(self) -> int:
        return len(self._queue)

    def add(self, kind: str, happened: Any) -> None:
        """Queue an update, if the bot wants its kind."""
        if kind in _UNASKED if self._allowed is None else kind not in self._allowed:
            return
        self._queue.append(Update(update_id=next(self._numbers), **{kind: happened}))

    def allow(self, kinds: Iterable[str] | None) -> None:
        """Note which kinds the bot wants from now on; None changes nothing, empty is the usual."""
        if kinds is not None:
            self._allowed = frozenset(kinds) or None

    def begin(self) -> int:
        """A poll begins, and ends the one before; its number."""
        self._poll += 1
        return self._poll

    def is_current(self, poll: int) -> bool:
        """Whether no other poll has begun since."""
        return poll == self._poll

    def confirm(self, offset: int) -> None:
        """Forget what is before an offset; a negative one counts from the end."""
        if offset < 0:
            offset = self._queue[offset].update_id if -offset <= len(self._queue) else 0
        while self._queue and self._queue[0].update_id < offset:
            self._queue.popleft()

    def first(self, limit: int) -> list[Update] | None:
        """The oldest updates; None if there are none."""
        return list(self._queue)[:limit] or None

    def clear(self) -> None:
        """Forget all."""
        self._queue.clear()
