"""What can be done for one person."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from actors.messages import (
    ListChannels,
    ListPosts,
    LoginRequest,
    NextLoginStep,
    NextProgress,
    ParseRequest,
    StatusRequest,
)
from actors.values import (
    Channel,
    LoginFailed,
    LoginStep,
    ParseProgress,
    ParseReport,
    Post,
    Status,
)

if TYPE_CHECKING:
    from actors.house import House

LOGIN_SECONDS = 300.0
PARSE_SECONDS = 3600.0
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

        Codes are renewed for `within` seconds. An account that is READY yields `LoggedIn` at once;
        a login that already runs is joined.
        """
        session = self._house.session(self.id)
        timeout = within + _SLACK_SECONDS
        ended = asyncio.ensure_future(session.ask(LoginRequest(within=within), timeout=timeout))
        try:
            number = 0
            while True:
                step = asyncio.ensure_future(
                    session.ask(NextLoginStep(after=number), timeout=timeout)
                )
                await asyncio.wait({ended, step}, return_when=asyncio.FIRST_COMPLETED)
                if ended.done():
                    step.cancel()
                    break
                number = step.result().number
                if isinstance(step.result().value, LoginFailed):
                    break
                yield step.result().value
            yield await ended
        finally:
            ended.cancel()

    async def parse(
        self,
        *,
        depth: int | None = DEPTH,
        progress: Callable[[ParseProgress], object] | None = None,
        timeout: float = PARSE_SECONDS,
    ) -> ParseReport:
        """Read what is new in the channels the person follows, and say what was stored.

        A channel never read before starts at its newest `depth` posts (None: all of them). A parse
        that already runs is joined. `progress` is called on the caller's loop. Raises
        `LoginRequired`, `TelegramUnreachable`, or `AskTimeout` after `timeout` seconds.
        """
        ask = self._house.parser.ask(ParseRequest(account=self.id, depth=depth), timeout=timeout)
        if progress is None:
            return await ask
        parse = asyncio.ensure_future(ask)
        watch = asyncio.ensure_future(self._watch(progress, timeout))
        try:
            await asyncio.wait({parse, watch}, return_when=asyncio.FIRST_COMPLETED)
            if watch.done() and not parse.done():
                watch.result()  # raises what the callback raised
            return await parse
        finally:
            parse.cancel()
            watch.cancel()
            with suppress(asyncio.CancelledError):
                await watch

    def parse_sync(
        self, *, depth: int | None = DEPTH, timeout: float = PARSE_SECONDS
    ) -> ParseReport:
        """Do what `parse` does, for code on a thread without an event loop."""
        return self._house.parser.ask_sync(
            ParseRequest(account=self.id, depth=depth), timeout=timeout
        )

    async def status(self) -> Status:
        """Tell how the account is doing; never waits behind a parse."""
        return await self._house.session(self.id).ask(StatusRequest())

    async def channels(self) -> tuple[Channel, ...]:
        """Return the channels the person follows, with what is held of each."""
        return await self._house.store.ask(ListChannels(account=self.id))

    async def posts(self, *, limit: int = 20, channel: int | None = None) -> tuple[Post, ...]:
        """Return the newest posts of the person's channels, or of one, newest first."""
        return await self._house.store.ask(ListPosts(account=self.id, limit=limit, channel=channel))

    async def _watch(self, progress: Callable[[ParseProgress], object], timeout: float) -> None:
        session = self._house.session(self.id)
        number: int | None = None
        while True:
            newest = await session.ask(NextProgress(after=number), timeout=timeout)
            number = newest.number
            progress(newest.value)
