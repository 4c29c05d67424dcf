"""What can be done for one person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from actors.entrance import ANSWER_SECONDS, Entrance
from actors.inquiry import Inquiry
from actors.keeping import Kept
from actors.messages import (
    EndAuthorisation,
    ForgetRequest,
    ListAuthorisations,
    ListChannels,
    ListPosts,
    LogoutRequest,
    ParseRequest,
    StatusRequest,
)
from actors.store_messages import LastReport
from actors.values import (
    Authorisation,
    Channel,
    Forgotten,
    ParseProgress,
    ParseReport,
    Post,
    Status,
)
from actors.visiting import Visiting
from actors.wishes import Wishes

if TYPE_CHECKING:
    from actors.houses import Rooms
    from actors.ports import Asks, Streams

LEAVE_SECONDS = 120.0
STATUS_SECONDS = 60.0
PARSE_SECONDS = 3600.0
MOST_POSTS = 1000
MOST_DEPTH = 1_000_000
DEPTH = 100
MOST_SETTLE = 3600.0


class User(Entrance, Wishes, Inquiry, Kept, Visiting):
    """One person's account, by Telegram user id. Usable from any thread and on any loop."""

    def __init__(self, house: Rooms, account: int) -> None:
        self._house = house
        self.id = account

    def __repr__(self) -> str:
        """Show whose account it is."""
        return f"<User {self.id}>"

    def _door(self) -> Streams:
        return self._house.session(self.id)

    def _searches(self) -> Streams:
        return self._house.search

    def _stores(self) -> Asks:
        return self._house.store

    async def logout(self) -> None:
        """Log out, at Telegram too; the session's record is destroyed, what was read is kept.

        Work that runs for the account is ended. An account that is not logged in stays as it is.
        Raises `TelegramUnreachable`, and changes nothing, when Telegram cannot be told.
        """
        await self._door().ask(LogoutRequest(), timeout=LEAVE_SECONDS)

    async def forget(self) -> Forgotten:
        """Log out, then delete the account and whatever nobody else may see; say what it was.

        Raises `TelegramUnreachable`, and deletes nothing, when Telegram cannot be told.
        """
        return await self._door().ask(ForgetRequest(), timeout=LEAVE_SECONDS)

    async def authorisations(self) -> tuple[Authorisation, ...]:
        """Return the devices and programs in which the account is logged in, this one first."""
        return await self._door().ask(ListAuthorisations(), timeout=ANSWER_SECONDS)

    async def end_authorisation(self, authorisation: int) -> None:
        """Log the account out elsewhere, by the id of an authorisation.

        Raises `AuthorisationKept` with Telegram's reason.
        """
        request = EndAuthorisation(authorisation=authorisation)
        await self._door().ask(request, timeout=ANSWER_SECONDS)

    async def parse(
        self,
        *,
        depth: int | None = DEPTH,
        settle: float = 0.0,
        progress: Callable[[ParseProgress], object] | None = None,
        timeout: float = PARSE_SECONDS,
    ) -> ParseReport:
        """Read what is new in the channels the person follows, and say what was stored.

        A channel never read before starts at its newest `depth` posts (None: all of them). Then it
        waits up to `settle` seconds until what is new is tagged and indexed, or has to wait for a
        provider. A parse that already runs is joined. `progress` is called on the caller's loop;
        what it raises ends the parse here. Raises `LoginRequired`, `TelegramUnreachable`, or
        `AskTimeout` when nothing has happened for `timeout` seconds.
        """
        request = _parse(self.id, depth, settle)
        async with self._house.parser.stream(request, timeout=timeout) as steps:
            async for now in steps:
                if progress is not None:
                    progress(now)
        return steps.result

    def parse_sync(
        self,
        *,
        depth: int | None = DEPTH,
        settle: float = 0.0,
        progress: Callable[[ParseProgress], object] | None = None,
        timeout: float = PARSE_SECONDS,
    ) -> ParseReport:
        """Do what `parse` does, for code on a thread without an event loop."""
        request = _parse(self.id, depth, settle)
        with self._house.parser.stream(request, timeout=timeout) as steps:
            for now in steps:
                if progress is not None:
                    progress(now)
        return steps.result

    async def status(self) -> Status:
        """Tell how the account is doing; never waits behind a parse."""
        status = await self._door().ask(StatusRequest(), timeout=STATUS_SECONDS)
        report = await self._house.store.ask(LastReport(account=self.id))
        holder = await self._house.holder(self.id)
        return replace(status, last_report=report, holder=holder)

    async def channels(self, *, known: bool = False) -> tuple[Channel, ...]:
        """Return the channels the person follows, with what is held of each.

        With `known` also those that they follow no more, at the end, each with its state and why.
        """
        found = await self._house.store.ask(ListChannels(account=self.id, known=known))
        return tuple(sorted(found, key=lambda each: each.state != "followed"))

    async def posts(self, *, limit: int = 20, channel: int | None = None) -> tuple[Post, ...]:
        """Return the newest posts of the person's channels, or of one, newest first."""
        if not 1 <= limit <= MOST_POSTS:
            raise ValueError(f"limit must be from 1 to {MOST_POSTS}, not {limit}")
        return await self._house.store.ask(ListPosts(account=self.id, limit=limit, channel=channel))


def _parse(account: int, depth: int | None, settle: float) -> ParseRequest:
    if depth is not None and not 1 <= depth <= MOST_DEPTH:
        raise ValueError(f"depth must be from 1 to {MOST_DEPTH}, or None for all, not {depth}")
    if not 0 <= settle <= MOST_SETTLE:
        raise ValueError(f"settle must be from 0 to {MOST_SETTLE:.0f} seconds, not {settle}")
    return ParseRequest(account=account, depth=depth, settle=settle)
