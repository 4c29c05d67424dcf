"""What can be done for one person."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from typing import TYPE_CHECKING

from actors.messages import (
    ListChannels,
    ListPosts,
    LoginRequest,
    ParseRequest,
    PasswordRequest,
    StatusRequest,
)
from actors.values import (
    Channel,
    LoginStep,
    ParseProgress,
    ParseReport,
    Post,
    Status,
)

if TYPE_CHECKING:
    from actors.house import House

LOGIN_SECONDS = 300.0
PASSWORD_SECONDS = 60.0
LONGEST_LOGIN = 86_400.0
PARSE_SECONDS = 3600.0
MOST_POSTS = 1000
MOST_DEPTH = 1_000_000
DEPTH = 100
_SLACK_SECONDS = 60.0  # for a login's last words


class User:
    """One person's account, by Telegram user id. Usable from any thread and on any loop."""

    def __init__(self, house: House, account: int) -> None:
        self._house = house
        self.id = account

    def __repr__(self) -> str:
        """Show whose account it is."""
        return f"<User {self.id}>"

    async def login(self, *, within: float = LOGIN_SECONDS) -> AsyncGenerator[LoginStep, None]:
        """Log in by QR code: yield each code to show, then `LoggedIn` or `LoginFailed`.

        `PasswordNeeded` comes between them for an account with a two-step password: answer it with
        `password`. Codes are renewed for `within` seconds. An account that is READY yields
        `LoggedIn` at once; a login that already runs is joined.
        """
        if not 0 <= within <= LONGEST_LOGIN:
            raise ValueError(f"a login may take up to {LONGEST_LOGIN:.0f} seconds, not {within}")
        session = self._house.session(self.id)
        timeout = within + _SLACK_SECONDS
        async with session.stream(LoginRequest(within=within), timeout=timeout) as steps:
            async for step in steps:
                yield step
            yield steps.result

    async def password(self, password: str) -> None:
        """Prove the two-step password that a login has asked for with `PasswordNeeded`.

        The login then goes on by itself. Raises `WrongPassword` with the tries that are left,
        `NoPasswordWanted`, or `Flooded` when Telegram asks to wait.
        """
        request = PasswordRequest(password=password)
        await self._house.session(self.id).ask(request, timeout=PASSWORD_SECONDS)

    async def parse(
        self,
        *,
        depth: int | None = DEPTH,
        progress: Callable[[ParseProgress], object] | None = None,
        timeout: float = PARSE_SECONDS,
    ) -> ParseReport:
        """Read what is new in the channels the person follows, and say what was stored.

        A channel never read before starts at its newest `depth` posts (None: all of them). A parse
        that already runs is joined. `progress` is called on the caller's loop; what it raises ends
        the parse here. Raises `LoginRequired`, `TelegramUnreachable`, or `AskTimeout` when nothing
        has happened for `timeout` seconds.
        """
        request = _parse(self.id, depth)
        async with self._house.parser.stream(request, timeout=timeout) as steps:
            async for now in steps:
                if progress is not None:
                    progress(now)
        return steps.result

    def parse_sync(
        self,
        *,
        depth: int | None = DEPTH,
        progress: Callable[[ParseProgress], object] | None = None,
        timeout: float = PARSE_SECONDS,
    ) -> ParseReport:
        """Do what `parse` does, for code on a thread without an event loop."""
        request = _parse(self.id, depth)
        with self._house.parser.stream(request, timeout=timeout) as steps:
            for now in steps:
                if progress is not None:
                    progress(now)
        return steps.result

    async def status(self) -> Status:
        """Tell how the account is doing; never waits behind a parse."""
        return await self._house.session(self.id).ask(StatusRequest())

    async def channels(self) -> tuple[Channel, ...]:
        """Return the channels the person follows, with what is held of each."""
        return await self._house.store.ask(ListChannels(account=self.id))

    async def posts(self, *, limit: int = 20, channel: int | None = None) -> tuple[Post, ...]:
        """Return the newest posts of the person's channels, or of one, newest first."""
        if not 1 <= limit <= MOST_POSTS:
            raise ValueError(f"limit must be from 1 to {MOST_POSTS}, not {limit}")
        return await self._house.store.ask(ListPosts(account=self.id, limit=limit, channel=channel))


def _parse(account: int, depth: int | None) -> ParseRequest:
    if depth is not None and not 1 <= depth <= MOST_DEPTH:
        raise ValueError(f"depth must be from 1 to {MOST_DEPTH}, or None for all, not {depth}")
    return ParseRequest(account=account, depth=depth)
