"""How a test looks at a chat, and waits for what the bot does there."""

from collections.abc import Callable
from typing import Final

from sandbox.botapi.account import Account
from sandbox.botapi.errors import NoSuchMessage, NothingLikeThat
from sandbox.botapi.rooms import Entry, Room, shown
from sandbox.botapi.shown import Shown

_SAID: Final = 5
"""How many of the bot's messages a failure tells."""


class Seen:
    """A chat as those in it see it; every verb from any thread."""

    def __init__(self, account: Account, room: Room) -> None:
        self._account = account
        self._room = room

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._room.id}, {len(self._room.entries)} messages>"

    @property
    def inbox(self) -> tuple[Shown, ...]:
        """All messages of the chat, oldest first, those that were deleted too."""
        with self._account.bell:
            return tuple(shown(each, self._account.files) for each in self._room.entries.values())

    def message(self, number: int) -> Shown:
        """One message as it is now, deleted or not."""
        with self._account.bell:
            entry = self._room.entries.get(number)
            if entry is None:
                raise NoSuchMessage(self._room.id, number)
            return shown(entry, self._account.files)

    def wait(
        self, predicate: Callable[[Shown], bool], *, within: float = 5.0, after: int = 0
    ) -> Shown:
        """Block until the bot's messages have one like that; of several, the newest.

        Messages that were deleted, and those up to the number `after`, are not looked at.
        Raises NothingLikeThat. In a coroutine, use `awaited`.
        """
        found = self._account.bell.wait(lambda: self._newest(predicate, after), within)
        return found or self._fail(within)

    async def awaited(
        self, predicate: Callable[[Shown], bool], *, within: float = 5.0, after: int = 0
    ) -> Shown:
        """Wait on the running loop, as `wait` does."""
        found = await self._account.bell.awaited(lambda: self._newest(predicate, after), within)
        return found or self._fail(within)

    def wait_gone(self, message: Shown, *, within: float = 5.0) -> Shown:
        """Block until a message is deleted, or raise NothingLikeThat."""
        found = self._account.bell.wait(lambda: self._gone(message), within)
        return found or self._fail(within)

    async def awaited_gone(self, message: Shown, *, within: float = 5.0) -> Shown:
        """Wait on the running loop, as `wait_gone` does."""
        found = await self._account.bell.awaited(lambda: self._gone(message), within)
        return found or self._fail(within)

    def _newest(self, predicate: Callable[[Shown], bool], after: int) -> Shown | None:
        for entry in reversed(self._room.entries.values()):
            if entry.message.message_id <= after:
                return None
            if _is_there(entry) and predicate(seen := shown(entry, self._account.files)):
                return seen
        return None

    def _gone(self, message: Shown) -> Shown | None:
        seen = self.message(message.id)
        return seen if seen.is_deleted else None

    def _fail(self, within: float) -> Shown:
        said = [each.text for each in self.inbox if not (each.is_mine or each.is_deleted)]
        raise NothingLikeThat(within, tuple(said[-_SAID:]))


def _is_there(entry: Entry) -> bool:
    return not (entry.is_mine or entry.is_deleted)
