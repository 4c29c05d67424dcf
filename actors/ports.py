"""What a SessionActor needs of Telegram and of the store, in plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeVar

from actors.answers import Difference, Found, Heard, HistoryPage, Listing
from actors.values import Authorisation
from runtime import Request, Stream, StreamRequest
from storage.rows import ChannelSeen, Folder, Hold

P = TypeVar("P")
R = TypeVar("R")

ALIVE_SECONDS = 10.0
"""How long a sign of life may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody on Telegram."""

    id: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginToken:
    """What a QR code holds."""

    url: str = field(repr=False)
    expires_at: datetime
    lives: float
    """Seconds it is good for, by Telegram's clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeSent:
    """Where a login code went, and when another may be asked for."""

    kind: str
    """app, sms, call, flash_call, missed_call, email, fragment or other."""
    length: int | None
    """Digits of the code, where Telegram says so."""
    next_kind: str | None
    """How the next one would come."""
    resend_after: float
    """Seconds until the next one may be asked for."""


class TelegramPort(Protocol):
    """One account's connection. Its refusals: TelegramUnreachable, Flooded, SessionRevoked,
    ChannelClosed, PasswordRequired, ApiKeysRefused, and those a method names.

    Everything is called on the loop that called `connect` first.
    """  # noqa: D205

    async def connect(self) -> None:
        """Connect, with the session record it was made with, or with a fresh key."""

    async def close(self) -> None:
        """Disconnect; the session stays valid."""

    async def login_token(self) -> LoginToken | Person:
        """Return a code to scan, or who has scanned the last one."""

    async def wait_scanned(self, seconds: float) -> None:
        """Return when the code was scanned, or after a time."""

    async def send_code(self, phone: str) -> CodeSent:
        """Have a login code sent to a phone number: +, then digits.

        Raises `PhoneRefused`.
        """

    async def resend_code(self) -> CodeSent:
        """Have another code sent, the next way; a fresh one if the last has expired.

        Raises `NoOtherCode`.
        """

    async def check_code(self, code: str) -> Person:
        """Log in by the code; raises `CodeWrong`, `CodeExpired` or `PhoneRefused`."""

    async def check_password(self, password: str) -> Person:
        """Complete a login that asked for a password; raises `PasswordWrong`."""

    async def me(self) -> Person:
        """Return whose session this is."""

    async def log_out(self) -> None:
        """End the session at Telegram."""

    async def authorisations(self) -> tuple[Authorisation, ...]:
        """Return where the account is logged in, this session first."""

    async def end_authorisation(self, authorisation: int) -> None:
        """Log the account out elsewhere; raises `AuthorisationKept`."""

    async def lost(self) -> None:
        """Return when the connection has ended by itself, whatever the reason."""

    async def channels(self) -> Listing:
        """Return the broadcast channels in the account's dialogs, with their pts."""

    async def nth_newest(self, channel: int, access_hash: int, n: int) -> int | None:
        """Return the id of the n-th newest message of a channel, None if it has fewer."""

    async def newest_before(self, channel: int, access_hash: int, moment: datetime) -> int | None:
        """Return the id of a channel's newest message older than a moment, None if none is."""

    async def history(self, channel: int, access_hash: int, low: int) -> HistoryPage:
        """Return the messages of a channel that follow upward from id `low`, inclusive."""

    async def window(self, channel: int, access_hash: int, below: int | None) -> HistoryPage:
        """Return the newest messages of a channel with ids below one, or the newest of all.

        Between its highest id and `below` there are no messages either.
        """

    async def difference(self, channel: int, access_hash: int, pts: int) -> Difference:
        """Return what happened in a channel after a pts."""

    async def visible_from(self, channel: int, access_hash: int) -> int:
        """Return the newest id of a channel that is hidden from the account; 0 if none is."""

    async def find(self, what: str) -> Found:
        """Find a channel by its @name, a link to it or to a post, or an invite; join nothing.

        Raises `NoSuchChannel`, `NotAChannel` or `InviteDead`.
        """

    async def join(self, invite: str) -> ChannelSeen:
        """Join a channel by an invite link; also if it was joined before.

        Raises what `find` raises, `JoinPending` or `TooManyChannels`.
        """

    async def folders(self) -> tuple[Folder, ...]:
        """Return the account's folders."""

    async def listen(self) -> None:
        """Have Telegram tell what happens, from now on and after each reconnection."""

    async def heard(self) -> Heard:
        """Wait for something to happen, and return it: of each channel the sum since the last time.

        Raises `TelegramUnreachable` once the connection has ended.
        """

    async def alive(self, within: float = ALIVE_SECONDS) -> None:
        """Raise `TelegramUnreachable` unless Telegram answers within some seconds.

        A client may believe itself connected and be dead. Raises `SessionRevoked` for one that
        nobody is logged in with any more, which who only listens would never be told.
        """

    def record(self) -> bytes:
        """Return the session as it is now, to be sealed and kept."""


class MakeTelegram(Protocol):
    """Makes the connection of an account; asks nobody anything."""

    async def __call__(
        self,
        record: bytes | None,
        *,
        hold: Hold | None,
        api: tuple[int, str] | None = None,
    ) -> TelegramPort:
        """Make one from a session record, or a fresh one with API keys of the account's own.

        It sends nothing once the lease it is under has ended; who is nobody's account yet has none.
        """


class Asks(Protocol):
    """Somebody who answers requests: an actor's reference, or a model of one in a test."""

    async def ask(self, request: Request[R], *, timeout: float = ...) -> R:
        """Answer a request within `timeout` seconds."""


class Works(Protocol):
    """Whoever tags and indexes posts."""

    def wake(self) -> None:
        """Look for work at once."""

    async def settle(self, account: int, within: float) -> bool:
        """Wait until no work of an account's channels is due, at most so many seconds."""


class Streams(Asks, Protocol):
    """Somebody who also answers piece by piece."""

    def stream(self, request: StreamRequest[P, R], *, timeout: float = ...) -> Stream[P, R]:
        """Answer a request; nothing may happen for `timeout` seconds at most."""
