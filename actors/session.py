"""The actor that owns one account's Telegram client."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import assert_never

import anyio

from actors.account import Account
from actors.connection import Connection
from actors.errors import AlreadyLoggedIn, Interrupted, SessionRevoked, WrongAccount
from actors.login import WAITING, Event, State
from actors.logins import Logins
from actors.messages import (
    AdoptRequest,
    CancelLogin,
    ClaimInvite,
    CodeRequest,
    EndAuthorisation,
    FollowFolderRequest,
    FollowRequest,
    ForgetRequest,
    GiveBackInvite,
    ListAuthorisations,
    ListRequest,
    LoginRequest,
    LogoutRequest,
    PasswordRequest,
    ReadChannel,
    ResendRequest,
    SessionMessage,
    StatusRequest,
    StayLive,
)
from actors.ports import Asks, MakeTelegram, Person, TelegramPort
from actors.subscriber import Subscriber
from actors.term import Term
from actors.values import (
    Authorisation,
    LoggedIn,
    LoginFailed,
    Status,
)
from actors.works import Works
from runtime import Actor, reply
from runtime.logs import get_logger
from storage.errors import AccountHeld, StorageError
from storage.rows import Forgotten

log = get_logger("actors")

_INVITE_SLACK_SECONDS = 60.0  # for a login's last words after its deadline


class SessionActor(Actor[SessionMessage]):
    """Keep one account logged in, and its archive up to date.

    The account's Telegram client is made, used and closed here, on this actor's thread and loop,
    and under the account's lease; no reference to it ever leaves.
    """

    refusals = (*Actor.refusals, StorageError)

    def __init__(
        self,
        account: int,
        *,
        telegram: MakeTelegram,
        store: Asks,
        lease: Asks,
        term: Term,
        wanted: Callable[[int], None],
    ) -> None:
        """Describe it; `wanted` has a channel read of which something was heard."""
        self._account = Account(account, store=store, lease=lease, term=term)
        self._make = telegram
        self._store = store
        self._connection = Connection(self._account, telegram)
        self._logins = Logins(
            account, make=self._fresh, moved=self._account.move, admit=self._admit
        )
        self._works = Works(account)
        self._subscriber = Subscriber(
            self._account,
            store,
            at_work=self._at_work,
            keep=self._connection.keep,
            wanted=wanted,
        )

    async def started(self) -> None:
        """See what the account is; a login that its client did not survive is given up."""
        await self._account.look()
        await self._subscriber.started()

    async def stopped(self) -> None:
        """Disconnect; the session stays valid at Telegram, and others may open it."""
        await self._connection.close()
        await self._account.let_go()

    async def handle(self, message: SessionMessage, /) -> object:  # noqa: C901  one arm a message
        """Answer at once what is known, and by a job what takes time."""
        match message:
            case LoginRequest():
                await self._logins.join(message)
                return self.job(self._log_in(message), key="login")
            case CancelLogin():
                return reply(message, self._logins.cancel())
            case CodeRequest():
                return self.job(self._logins.prove_code(message.code))
            case ResendRequest():
                return self.job(self._logins.resend(), key="resend")
            case PasswordRequest():
                return self.job(self._logins.prove_password(message.password))
            case AdoptRequest():
                return self.job(self._adopt(message.record))
            case LogoutRequest():
                return self.job(self._log_out(), key="logout")
            case ForgetRequest():
                return self.job(self._forget(), key="forget")
            case ListAuthorisations():
                return self.job(self._authorisations(), key="authorisations")
            case EndAuthorisation():
                return self.job(self._end(message.authorisation))
            case ListRequest():
                return self.job(self._subscriber.list(), key="list")
            case ReadChannel():
                return self.job(self._subscriber.read(message), key=("read", message.channel))
            case FollowRequest():
                return self.job(self._subscriber.follow(message))
            case FollowFolderRequest():
                return self.job(self._subscriber.follow_folder(message))
            case StayLive():
                return self.job(self._subscriber.stay_live(), key="live")
            case StatusRequest():
                if self._is_known():
                    return reply(message, self._status())
                return self.job(self._seen(), key="status")
            case _:
                assert_never(message)

    # Logging in and out

    async def _log_in(self, request: LoginRequest) -> LoggedIn | LoginFailed:
        try:
            async with self._works.beside():
                await self._account.own()
                if self._account.state is State.READY:
                    return LoggedIn(account=self._account.id)
                await self._connection.close()
                async with self._invited(request):
                    return await self._logins.run(request)
        except Interrupted as interrupted:
            return LoginFailed(reason=str(interrupted), code="logged_out")

    @asynccontextmanager
    async def _invited(self, request: LoginRequest) -> AsyncIterator[None]:
        """Reserve a use of the invite: READY spends it, a login that fails gives it back."""
        account, code = self._account.id, request.invite
        within = request.within + _INVITE_SLACK_SECONDS
        if code is not None:
            await self._store.ask(ClaimInvite(account=account, code=code, within=within))
        try:
            yield
        finally:
            with anyio.CancelScope(shield=True):
                await self._account.give_up("the login was not finished")
                if code is not None and self._account.state is not State.READY:
                    await self._store.ask(GiveBackInvite(account=account))

    async def _fresh(self, request: LoginRequest) -> TelegramPort:
        return await self._make(None, hold=await self._account.own(), api=request.api)

    async def _admit(self, telegram: TelegramPort, _owner: Person) -> bool:
        await self._account.admit(Event.AUTHORISED, telegram.record())
        return True

    async def _adopt(self, record: bytes) -> LoggedIn:
        async with self._works.alone():
            await self._account.own()
            if self._account.state is State.READY:
                raise AlreadyLoggedIn(self._account.id)
            await self._account.give_up("another session was imported")
            await self._connection.close()
            telegram = await self._make(record, hold=self._account.hold)
            try:
                await telegram.connect()
                owner = (await telegram.me()).id
                if owner != self._account.id:
                    raise WrongAccount(owner, self._account.id)
                await self._account.admit(Event.ADOPTED, telegram.record())
            finally:
                with anyio.CancelScope(shield=True):
                    await telegram.close()
        return LoggedIn(account=self._account.id)

    async def _log_out(self) -> None:
        async with self._works.alone():
            await self._leave()

    async def _forget(self) -> Forgotten:
        async with self._works.alone():
            await self._leave()
            return await self._account.forget()

    async def _leave(self) -> None:
        """End the session at Telegram first: a record that is destroyed cannot end it later."""
        await self._account.own()
        await self._account.give_up("the account was logged out")
        if self._account.state is State.READY:
            with contextlib.suppress(SessionRevoked):  # it has ended already
                async with self._connection.lent() as telegram:
                    await telegram.log_out()
            await self._connection.close()
        if self._account.state in {State.READY, State.EXPIRED}:
            await self._account.leave()

    # What needs the session

    async def _authorisations(self) -> tuple[Authorisation, ...]:
        async with self._at_work() as telegram:
            return await telegram.authorisations()

    async def _end(self, authorisation: int) -> None:
        async with self._at_work() as telegram:
            await telegram.end_authorisation(authorisation)

    @asynccontextmanager
    async def _at_work(self) -> AsyncIterator[TelegramPort]:
        """Lend the connection; whoever meets the session's end first persists and tells it."""
        async with self._works.beside():
            try:
                async with self._connection.lent() as telegram:
                    yield telegram
            except SessionRevoked as revoked:
                await self._account.expire(revoked.reason)
                raise self._account.login_required() from None

    # State

    def _is_known(self) -> bool:
        """Whether the state here is the one in the database, and no left-over of a login."""
        abandoned = self._account.state in WAITING and not self._logins.is_running
        return self._account.hold is not None and not abandoned

    async def _seen(self) -> Status:
        await self._account.look()
        if self._account.state in WAITING and not self._logins.is_running:
            with contextlib.suppress(AccountHeld):  # then it is under way over there
                await self._account.own()
                await self._account.give_up("the login was not finished")
        return self._status()

    def _status(self) -> Status:
        flood = self._subscriber.flood_until
        return Status(
            account=self._account.id,
            state=self._account.state.value,
            reason=self._account.reason,
            since=self._account.since,
            parsing=self._subscriber.is_reading,
            flood_until=flood if flood is not None and flood > datetime.now(UTC) else None,
            last_report=None,
        )
