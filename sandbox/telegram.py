"""Everything one sandbox knows and has open; lives on its loop."""

import asyncio
import os
import time
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from telethon.tl import types

from sandbox.calls import Calls
from sandbox.cipher import Key, Keys, MessageIds
from sandbox.codes import Codes
from sandbox.faults import Faults
from sandbox.logins import Logins, Token
from sandbox.media import HOME
from sandbox.messages import Messages
from sandbox.passwords import Passwords
from sandbox.pushes import Pushes
from sandbox.refusal import Refused
from sandbox.resolving import Resolving
from sandbox.world import World

if TYPE_CHECKING:
    from sandbox.link import Link

DC_ID: Final = HOME
_REMINDER: Final = 0.5  # seconds
_SALT_LIFE: Final = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a sandbox tolerates; seconds and numbers."""

    token_life: float
    code_life: float
    codes_per_day: int
    resolves_per_day: int


class Telegram:
    """The shared state that links and methods work on."""

    def __init__(self, world: World, *, calls: Calls, faults: Faults, limits: Limits) -> None:
        self.world = world
        self.addresses: dict[int, tuple[str, int]] = {}  # known when the ports are open
        self.calls = calls
        self.faults = faults
        self.keys = Keys()
        self.logins = Logins(limits.token_life, clock=self.now)
        self.codes = Codes(clock=self.now, life=limits.code_life, per_day=limits.codes_per_day)
        self.passwords = Passwords(clock=self.now)
        self.resolving = Resolving(clock=self.now, per_day=limits.resolves_per_day)
        self.exported: dict[bytes, tuple[int, int]] = {}  # person and data centre
        self.messages = Messages()
        self.message_ids = MessageIds(self.now)
        self.salt = _new_salt()
        self.skew = 0.0  # seconds this Telegram's clock is ahead
        self.links: set[Link] = set()
        self.pushes = Pushes(self.messages, self.links, self.now)
        self.scanner: int | None = None  # whose phone scans every code at once
        self._tasks: set[asyncio.Task[None]] = set()

    def now(self) -> float:
        """The time, as this Telegram sees it."""
        return time.time() + self.skew

    def set_skew(self, seconds: float) -> None:
        """Set the clock ahead, or back with a negative number."""
        self.skew = seconds
        self.message_ids.reset()

    def enter(self, key: Key, person_id: int) -> None:
        """Log a person in on a key, unless a password is still to be proven."""
        person = self.world.find_person(person_id)
        if person.password is not None:
            key.leave()
            key.awaiting = person_id
            raise Refused("SESSION_PASSWORD_NEEDED")
        key.enter(person_id)

    def scan(self, url: str, person_id: int) -> Token:
        """Let a person's phone accept a login; the waiting client is told."""
        token = self.logins.accept(url, self.world.find_person(person_id).id)
        self._remind(token)
        return token

    def offer(self, token: Token) -> None:
        """Show a new code to whoever scans every code."""
        if self.scanner is not None and token.accepted_by is None:
            self.spawn(self._scan_until_collected(token, self.scanner))

    def expire_salt(self) -> None:
        """Let the salt that clients use be no longer good."""
        self.salt = _new_salt()

    def state(self) -> Any:
        """Where an account's own updates are: its pts never moves, and is not 0."""
        date = datetime.fromtimestamp(self.now(), UTC)
        return types.updates.State(pts=1, qts=0, date=date, seq=0, unread_count=0)

    def no_updates(self, chats: Sequence[Any] = ()) -> Any:
        """An answer of updates without any; what changed is pushed to every client."""
        date = datetime.fromtimestamp(self.now(), UTC)
        return types.Updates([], users=[], chats=list(chats), date=date, seq=0)

    def authorization(self, key: Key, *, is_current: bool) -> Any:
        """A login, as its person sees it in a list."""
        made, active = (datetime.fromtimestamp(at, UTC) for at in (key.made, key.active))
        return types.Authorization(
            hash=0 if is_current else key.public_hash,
            device_model=key.device.model,
            platform="",
            system_version=key.device.system,
            api_id=key.device.api_id,
            app_name="",
            app_version=key.device.app,
            date_created=made,
            date_active=active,
            ip="127.0.0.1",
            country="",
            region="",
            current=is_current or None,
            password_pending=key.awaiting is not None or None,
        )

    def future_salts(self, message_id: int) -> object:
        """The salt there is; a sandbox knows no more of the future."""
        now = datetime.fromtimestamp(self.now(), UTC)
        salt = types.FutureSalt(now, now + _SALT_LIFE, self.salt)
        return types.FutureSalts(message_id, int(self.now()), [salt])

    def cut(self, person_id: int) -> None:
        """Break every connection of a person."""
        for link in tuple(self.links):
            if link.is_of(person_id):
                link.abort()

    def close(self) -> None:
        """Break every connection."""
        for link in tuple(self.links):
            link.abort()

    def is_elsewhere(self, key: Key, place: str) -> bool:
        """Whether a key is in use at another address than this one."""
        return any(link.place != place and link.knows(key) for link in self.links)

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
            self._remind(token)

    def _remind(self, token: Token) -> None:
        packed = types.UpdateShort(
            types.UpdateLoginToken(), datetime.fromtimestamp(self.now(), UTC)
        )
        for link in tuple(self.links):
            link.push(token.key, packed)


def _new_salt() -> int:
    return int.from_bytes(os.urandom(8), "little", signed=True)
