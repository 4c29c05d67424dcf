"""Everything one sandbox knows and has open; lives on its loop."""

import asyncio
import os
from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from telethon.tl import types

from sandbox.calls import Calls
from sandbox.cipher import Key, Keys, MessageIds
from sandbox.faults import Faults
from sandbox.logins import Logins, Token
from sandbox.objects import Messages
from sandbox.world import World

if TYPE_CHECKING:
    from sandbox.link import Link

DC_ID: Final = 2
_REMINDER: Final = 0.5  # seconds


class Telegram:
    """The shared state that links and methods work on."""

    def __init__(self, world: World, *, calls: Calls, faults: Faults, life: float) -> None:
        self.world = world
        self.address = ("", 0)  # known when the port is open
        self.calls = calls
        self.faults = faults
        self.keys = Keys()
        self.logins = Logins(life)
        self.messages = Messages()
        self.message_ids = MessageIds()
        self.salt = int.from_bytes(os.urandom(8), "little", signed=True)
        self.links: set[Link] = set()
        self.scanner: int | None = None  # whose phone scans every code at once
        self._tasks: set[asyncio.Task[None]] = set()

    def scan(self, url: str, person_id: int) -> Token:
        """Let a person's phone accept a login; the waiting client is told."""
        token = self.logins.accept(url, self.world.find_person(person_id).id)
        self._push(token.key, types.UpdateLoginToken())
        return token

    def offer(self, token: Token) -> None:
        """Show a new code to whoever scans every code."""
        if self.scanner is not None and token.accepted_by is None:
            self.spawn(self._scan_until_collected(token, self.scanner))

    def cut(self, person_id: int) -> None:
        """Break every connection of a person."""
        for link in tuple(self.links):
            if link.is_of(person_id):
                link.abort()

    def close(self) -> None:
        """Break every connection."""
        for link in tuple(self.links):
            link.abort()

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run a coroutine beside the connections."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _scan_until_collected(self, token: Token, person_id: int) -> None:
        if token.accepted_by is None:  # it may have been exported, and offered, twice by now
            self.scan(token.url, person_id)
        # Told before it listens, a client never knows; a person would scan again.
        while True:
            await asyncio.sleep(_REMINDER)
            if token.collected or self.logins.is_expired(token):
                return
            self._push(token.key, types.UpdateLoginToken())

    def _push(self, key: Key, update: Any) -> None:
        packed = types.UpdateShort(update, datetime.now(UTC))
        for link in tuple(self.links):
            link.push(key, packed)
