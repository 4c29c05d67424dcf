"""One account's persisted state."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import TypeVar

import anyio

from actors.errors import LoginRequired
from actors.lease import Claim, Release
from actors.login import WAITING, Event, State, after
from actors.messages import (
    AdmitSession,
    DismissSession,
    ExpireSession,
    ForgetAccount,
    LoadAccount,
    LoadSession,
    SaveSession,
    SaveTransition,
)
from actors.ports import Asks
from actors.term import Term
from runtime import Refusal, Request
from runtime.logs import get_logger
from storage.errors import LeaseLost, StorageError
from storage.rows import AccountRow, Forgotten, Hold

log = get_logger("actors")

R = TypeVar("R")

_CLAIM_SECONDS = 30.0  # longer than a dead holder's lease can last
_WRITE_SECONDS = 10.0
_RELEASE_SECONDS = 5.0


class Account:
    """The state that an account is in: changed under its lease only, and believed only under it.

    An account has a session record exactly while it is READY. What is written is written whole: a
    job that is cancelled has both persisted and believed it, or neither.
    """

    def __init__(self, id_: int, *, store: Asks, lease: Asks, term: Term) -> None:
        self.id = id_
        self._store = store
        self._lease = lease
        self._term = term
        self._claiming = anyio.Lock()
        self._giving_up = anyio.Lock()
        self.hold: Hold | None = None
        """The lease on the account, None while this process does not own it."""
        self.state = State.NEW
        self.reason: str | None = None
        self.since: datetime | None = None

    async def look(self) -> None:
        """See what the account is now, unless this process owns it and knows."""
        if self.hold is None:
            self._take(await self._store.ask(LoadAccount(account=self.id)))

    async def own(self) -> Hold:
        """Take the account's lease, if this process has not got it; raises `AccountHeld`.

        A login that another process has left behind is given up by that.
        """
        async with self._claiming:
            if self.hold is None or not self._term.holds(self.hold.incarnation):
                self.hold = None
                claimed = await self._lease.ask(Claim(account=self.id), timeout=_CLAIM_SECONDS)
                self.hold = claimed.hold
                self._take(claimed.row)
            return self.hold

    async def let_go(self) -> None:
        """Give the lease back."""
        hold, self.hold = self.hold, None
        if hold is not None:
            try:
                await self._lease.ask(Release(hold=hold), timeout=_RELEASE_SECONDS)
            except (Refusal, StorageError) as error:  # it ends with the process, or its time
                log.info("lease.kept", account=self.id, error=type(error).__name__)

    def lose(self) -> None:
        """Believe nothing any more, until the lease is claimed again."""
        self.hold = None

    @contextmanager
    def under(self, hold: Hold) -> Iterator[None]:
        """Work under a lease; raises `LeaseLost` at once when it is over.

        What Telethon is asked for while it tries to connect again may never be answered.
        """
        loop = asyncio.get_running_loop()
        scope = anyio.CancelScope()

        def lost() -> None:
            with suppress(RuntimeError):  # the loop is closed, and the work on it over
                loop.call_soon_threadsafe(scope.cancel)

        forget = self._term.on_loss(hold.incarnation, lost)
        try:
            with scope:
                yield
        finally:
            forget()
        if scope.cancelled_caught:
            raise LeaseLost(self.id)

    async def move(self, event: Event, reason: str | None = None) -> None:
        """Persist what an event leads to."""
        hold = await self.own()
        state = after(self.state, event)
        row = await self._write(SaveTransition(hold=hold, state=state, reason=reason))
        self._moved(row, event)

    async def give_up(self, reason: str) -> None:
        """Persist the end of a login, if one is under way.

        Who looks at the account while its login ends wants the same, and finds it done.
        """
        async with self._giving_up:
            if self.state in WAITING:
                await self.own()  # which may find that it is over
            if self.state in WAITING:
                await self.move(Event.GIVEN_UP, reason)

    async def admit(self, event: Event, record: bytes) -> None:
        """Persist READY together with the session it stands on."""
        hold = await self.own()
        after(self.state, event)
        row = await self._write(AdmitSession(hold=hold, record=record))
        self._moved(row, event)

    async def expire(self, reason: str) -> None:
        """Persist that Telegram ended the session; tell whom it concerns, put the record aside."""
        hold = await self.own()
        if self.state is State.READY:
            row = await self._write(ExpireSession(hold=hold, reason=reason))
            self._moved(row, Event.REVOKED)

    async def leave(self) -> None:
        """Persist that the person has logged out; the record is destroyed."""
        hold = await self.own()
        state = after(self.state, Event.LEFT)
        row = await self._write(DismissSession(hold=hold, state=state, reason=None))
        self._moved(row, Event.LEFT)

    async def forget(self) -> Forgotten:
        """Delete the account and what only it may see."""
        hold = await self.own()
        forgotten = await self._write(ForgetAccount(hold=hold))
        self.hold = None
        self._take(None)
        log.info("account.forgotten", account=self.id)
        return forgotten

    async def record(self) -> bytes | None:
        """Return the session record."""
        return await self._store.ask(LoadSession(account=self.id))

    async def keep(self, record: bytes) -> None:
        """Replace the session record."""
        hold = await self.own()
        await self._write(SaveSession(hold=hold, record=record))

    def login_required(self) -> LoginRequired:
        """Say that the account has to be logged in, and why."""
        why = f"its state is {self.state}"
        return LoginRequired(self.id, f"{why}: {self.reason}" if self.reason else why)

    async def _write(self, request: Request[R]) -> R:
        with anyio.CancelScope(shield=True):
            try:
                answer = await self._store.ask(request, timeout=_WRITE_SECONDS)
            except BaseException:
                self.lose()  # whether it was written is not known: look before the next
                raise
        return answer

    def _moved(self, row: AccountRow, event: Event) -> None:
        self._take(row)
        log.info("account.moved", account=self.id, state=self.state, event_=event)

    def _take(self, row: AccountRow | None) -> None:
        if row is None:
            self.state, self.reason, self.since = State.NEW, None, None
        else:
            self.state, self.reason, self.since = State(row.state), row.reason, row.changed_at
