"""What a house knows of the people who write to its bot, and of the bot."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING

from actors.bot_messages import (
    Ban,
    DescribeHouse,
    DigestSent,
    ListTellable,
    ListVisitors,
    LoadVisitor,
    NoteBlocked,
    SetLimits,
    TakeDueDigests,
    Unban,
    Visit,
)
from actors.login import State
from actors.polling import Polling, bot_of, polling

if TYPE_CHECKING:
    from actors.messages import StoreMessage
    from actors.settings import Settings
    from actors.term import Term
    from actors.values import Notice
    from runtime import ActorRef, ActorSystem
    from storage.bot_rows import DuePlan, Language, Overview, Visitor, VisitorRow

LOOKS = 12
"""How often a bot that another process has is looked at, in the time a lease lasts."""


MOST = 1000
MOST_ALLOWED = 2**31
KINDS = frozenset(State) | {"banned", "blocked", "visitor"}
"""By what visitors can be listed: an account's state, a flag, or that there is no account."""


def _check(limit: int, offset: int = 0) -> None:
    if not 1 <= limit <= MOST:
        raise ValueError(f"limit must be from 1 to {MOST}, not {limit}")
    if not 0 <= offset < MOST_ALLOWED:
        raise ValueError(f"offset must be a number from 0 on, not {offset}")


def _nobody(_: str | None) -> None:
    """Tell nobody."""


class Hosting:
    """Keeps the bot's people. Every method may be called from any thread."""

    _settings: Settings
    _system: ActorSystem
    _term: Term

    @property
    def store(self) -> ActorRef[StoreMessage]:
        """The actor that owns the database."""
        raise NotImplementedError

    async def visit(self, account: int, name: str, language: Language) -> Visitor:
        """Note that somebody writes, with the language of their Telegram; return who it is.

        Whoever writes has not blocked the bot, or has not any more.
        """
        return await self.store.ask(Visit(account=account, name=name, language=language))

    async def visitor(self, account: int) -> Visitor | None:
        """Who has written to the bot; None if nobody with that id ever did."""
        return await self.store.ask(LoadVisitor(account=account))

    async def blocked(self, account: int) -> None:
        """Note that somebody has blocked the bot: they get no notices until they write again."""
        await self.store.ask(NoteBlocked(account=account, blocked=True))

    async def unblocked(self, account: int) -> None:
        """Note that messages reach somebody again; what is a week old is not told any more."""
        await self.store.ask(NoteBlocked(account=account, blocked=False))

    async def tellable(self, *, limit: int = 100) -> tuple[Notice, ...]:
        """What the bot can tell those whom it concerns, and the operator; everybody's oldest first.

        That is what `notices` returns, but for people who never wrote to the bot, have blocked it,
        or are banned. Of those who blocked it, what is a week old is not told any more.
        """
        _check(limit)
        return await self.store.ask(ListTellable(limit=limit))

    # For the operator

    async def ban(self, account: int, *, by: int | None, reason: str = "") -> bool:
        """Ban an account, known or not; False if it is banned.

        What runs for it is ended, here at once and in other processes by their schedule, within
        seconds. Nothing is read for it by the schedule any more, and nothing told to it; what is
        asked for it here or on the command line is done. The ban outlives the account's
        forgetting, as a bare id.
        """
        is_new = await self.store.ask(Ban(account=account, by=by, reason=reason))
        if is_new:
            await self._dismiss(account)  # it listens no more
        return is_new

    async def _dismiss(self, account: int) -> None:
        """End an account's actor here, if there is one."""
        await self._system.dismiss(f"account-{account}")

    async def unban(self, account: int) -> bool:
        """Ban an account no more; False if it was not. Nothing that people can do does this."""
        return await self.store.ask(Unban(account=account))

    async def visitors(
        self,
        *,
        query: str | None = None,
        state: str | None = None,
        limit: int = 50,
        offset: int = 0,
    ) -> tuple[VisitorRow, ...]:
        """Who has an account, has written to the bot, or is banned; who wrote last comes first.

        `query` is a part of a name, or an id; `state` that of an account, or `banned`, `blocked`,
        or `visitor` for those who have no account.
        """
        _check(limit, offset)
        if state is not None and state not in KINDS:
            raise ValueError(f"{state!r} is no state: choose one of {', '.join(sorted(KINDS))}")
        request = ListVisitors(query=query, state=state, limit=limit, offset=offset)
        return await self.store.ask(request)

    async def set_limits(
        self,
        account: int,
        *,
        channels: int | None = None,
        questions_per_day: int | None = None,
    ) -> None:
        """Say what an account is allowed, instead of what its invite says; None: as that says.

        Raises `UnknownAccount`. What it follows beyond that is left out with its next list.
        """
        for number in (channels, questions_per_day):
            if number is not None and not 0 <= number < MOST_ALLOWED:
                raise ValueError(f"a limit is a number from 0 on, or None, not {number}")
        request = SetLimits(account=account, channels=channels, questions_per_day=questions_per_day)
        await self.store.ask(request)

    async def overview(self) -> Overview:
        """How many accounts, channels and posts are in which way."""
        return await self.store.ask(DescribeHouse())

    # For whoever runs the bot

    async def take_due_digests(self, *, limit: int = 10) -> tuple[DuePlan, ...]:
        """Take digests that are due, to be made and sent within 15 minutes, oldest first.

        Then `digest_sent` confirms each. One that is not confirmed is taken again, so whoever is
        killed after the sending and before that has it sent twice; after three times the
        occurrence is passed over, which a notice says.
        """
        _check(limit)
        return await self.store.ask(TakeDueDigests(limit=limit))

    async def digest_sent(self, due: DuePlan) -> bool:
        """Confirm a digest; False if its plan was changed meanwhile, or it was taken again."""
        return await self.store.ask(DigestSent(account=due.account, lease=due.lease))

    def hold_polling(
        self, token: str, *, waiting: Callable[[str | None], object] = _nobody
    ) -> AbstractAsyncContextManager[Polling]:
        """Wait until no living process asks for a bot's updates, and be the one during the block.

        `waiting` is called on the caller's loop with who has it, whenever that is another one: None
        while the database does not answer. There is no end to the wait but the caller's.
        """
        pause = self._settings.lease_ttl / LOOKS
        return polling(self.store, self._term, bot_of(token), pause=pause, waiting=waiting)
