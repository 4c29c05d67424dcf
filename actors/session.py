"""The actor that owns one account's Telegram client."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta
from typing import assert_never

import anyio

from actors.errors import (
    Flooded,
    LoginRequired,
    NoPasswordWanted,
    PasswordRequired,
    PasswordWrong,
    SessionRevoked,
    TelegramUnreachable,
    WrongPassword,
)
from actors.login import WAITING, Event, State, after
from actors.messages import (
    LoadAccount,
    LoadSession,
    LoginRequest,
    PasswordRequest,
    ReadRequest,
    SaveSession,
    SaveTransition,
    SessionMessage,
    StatusRequest,
)
from actors.ports import Asks, LoginToken, MakeTelegram, Person, TelegramPort
from actors.qr import drawn
from actors.reading import Reading
from actors.values import (
    LoggedIn,
    LoginFailed,
    ParseProgress,
    ParseReport,
    PasswordNeeded,
    QrCode,
    Status,
)
from runtime import Actor, Refusal, progress, reply
from runtime.logs import get_logger
from storage.errors import StorageError

log = get_logger("actors")

_PASSWORD_TRIES = 5
_TOO_MANY_WRONG = "Too many wrong passwords. Log in again for a fresh code."
_MOVE_SECONDS = 10.0
_SHORTEST_QR = timedelta(seconds=1)  # however far the clocks are apart


class SessionActor(Actor[SessionMessage]):
    """Keep one account logged in, and its archive up to date.

    The account's Telegram client is made, used and closed here, on this actor's thread and loop;
    no reference to it ever leaves.
    """

    refusals = (*Actor.refusals, StorageError)

    def __init__(self, account: int, *, telegram: MakeTelegram, store: Asks) -> None:
        self._account = account
        self._make = telegram
        self._store = store
        self._state = State.NEW
        self._reason: str | None = None
        self._since: datetime | None = None
        self._telegram: TelegramPort | None = None
        self._kept: bytes | None = None  # the session record as it lies in the store
        self._shown: QrCode | PasswordNeeded | None = None  # what a running login waits for
        self._asking: _Asking | None = None
        self._reading = False
        self._last: ParseReport | None = None

    async def started(self) -> None:
        """Take up the account's state; a login that its client did not survive is given up."""
        row = await self._store.ask(LoadAccount(account=self._account))
        if row is not None:
            self._state, self._reason, self._since = State(row.state), row.reason, row.changed_at
        if self._state in WAITING:
            await self._move(Event.GIVEN_UP, "the program ended during the login")

    async def stopped(self) -> None:
        """Disconnect; the session stays valid at Telegram."""
        await self._disconnect()

    async def handle(self, message: SessionMessage, /) -> object:
        """Answer at once what is known, and by a job what takes time."""
        match message:
            case LoginRequest():
                if self._shown is not None:  # a login runs: who joins it sees where it is
                    await progress(message, self._shown)
                return self.job(self._log_in(message), key="login")
            case PasswordRequest():
                return self.job(self._check_password(message))
            case ReadRequest():
                return self.job(self._read(message), key="read")
            case StatusRequest():
                return reply(message, self._status())
            case _:
                assert_never(message)

    # Logging in

    async def _log_in(self, request: LoginRequest) -> LoggedIn | LoginFailed:
        try:
            if self._state is not State.READY:
                await self._log_in_by_qr(request)
            return LoggedIn(account=self._account)
        except _LoginEnded as end:
            return LoginFailed(reason=end.reason)
        except (Flooded, SessionRevoked, TelegramUnreachable) as trouble:
            return LoginFailed(reason=str(trouble))
        finally:
            self._shown = None
            if self._state in WAITING:
                await self._move(Event.GIVEN_UP, "the login was not finished")

    async def _log_in_by_qr(self, request: LoginRequest) -> None:
        await self._disconnect()
        telegram = self._make(None)
        try:
            await telegram.connect()
            person = await self._scanned(telegram, request)
            if person.id != self._account:
                await telegram.log_out()
                raise _LoginEnded(
                    f"The code was scanned by account {person.id}, not by {self._account}: that "
                    "session was ended. Scan it with the right account, or log in as the other."
                )
            self._kept = telegram.record()
            await self._move(Event.AUTHORISED, None, record=self._kept)
        finally:
            with anyio.CancelScope(shield=True):  # it has a deadline of its own
                await telegram.close()

    async def _scanned(self, telegram: TelegramPort, request: LoginRequest) -> Person:
        """Show one code after another until one is scanned."""
        deadline = datetime.now(UTC) + timedelta(seconds=request.within)
        generation = 0
        while True:
            try:
                token = await telegram.login_token()
            except PasswordRequired as password:
                return await self._proved(telegram, request, password.hint, deadline)
            if isinstance(token, Person):
                return token
            if datetime.now(UTC) >= deadline:
                raise _LoginEnded("Nobody scanned the code in time. Log in again for a fresh one.")
            generation += 1
            if self._state is not State.QR_WAIT:
                await self._move(Event.QR_SHOWN, None)
            self._shown = _code(token, generation)
            await progress(request, self._shown)
            soonest = datetime.now(UTC) + _SHORTEST_QR
            await telegram.wait_scanned(min(max(token.expires_at, soonest), deadline))

    async def _proved(
        self, telegram: TelegramPort, request: LoginRequest, hint: str, deadline: datetime
    ) -> Person:
        """Ask for the two-step password, and wait until somebody proves it."""
        await self._move(Event.PASSWORD_ASKED, None)
        self._asking = asking = _Asking(telegram)
        self._shown = PasswordNeeded(hint=hint)
        await progress(request, self._shown)
        try:
            async with asyncio.timeout(max(0.0, (deadline - datetime.now(UTC)).total_seconds())):
                return await asking.proved
        except TimeoutError:
            raise _LoginEnded("No password came in time. Log in again for a fresh code.") from None
        finally:
            self._asking = None

    async def _check_password(self, request: PasswordRequest) -> None:
        asking = self._asking
        if asking is None:
            raise NoPasswordWanted(self._account)
        # Telegram may have accepted it: whoever asked may leave, the login must hear of it.
        with anyio.CancelScope(shield=True):
            async with asking.turn:
                if asking.proved.done():
                    raise NoPasswordWanted(self._account)
                try:
                    person = await asking.telegram.check_password(request.password)
                except PasswordWrong:
                    asking.left -= 1
                    if asking.left == 0:
                        asking.proved.set_exception(_LoginEnded(_TOO_MANY_WRONG))
                    raise WrongPassword(self._account, asking.left) from None
                if not asking.proved.done():
                    asking.proved.set_result(person)

    # Reading

    async def _read(self, request: ReadRequest) -> ParseReport:
        async def show(now: ParseProgress) -> None:
            await progress(request, now)

        self._reading = True
        try:
            telegram = await self._connected()
            reading = Reading(self._account, telegram, self._store, depth=request.depth, show=show)
            report = await reading.run()
            await self._keep_session()
        except SessionRevoked as revoked:
            await self._disconnect()
            await self._move(Event.REVOKED, revoked.reason)
            raise self._login_required() from None
        except TelegramUnreachable:
            await self._disconnect()  # a client that lost its server may never find it again
            raise
        finally:
            self._reading = False
        self._last = report
        log.info(
            "session.parsed", account=self._account, added=report.added, channels=report.channels
        )
        return report

    async def _connected(self) -> TelegramPort:
        """Return the account's connection, opened from its session record if need be."""
        if self._state is not State.READY:
            raise self._login_required()
        if self._telegram is None:
            self._kept = await self._store.ask(LoadSession(account=self._account))
            if self._kept is None:
                raise SessionRevoked("its session record is gone")
            self._telegram = self._make(self._kept)
            await self._telegram.connect()
        return self._telegram

    async def _keep_session(self) -> None:
        if self._telegram is None:
            return
        record = self._telegram.record()
        if record != self._kept:
            await self._store.ask(SaveSession(account=self._account, record=record))
            self._kept = record

    async def _disconnect(self) -> None:
        telegram, self._telegram = self._telegram, None
        if telegram is not None:
            with contextlib.suppress(Refusal):
                await telegram.close()

    # State

    async def _move(self, event: Event, reason: str | None, *, record: bytes | None = None) -> None:
        """Persist what an event leads to, then believe it; a cancelled job does both or neither."""
        state = after(self._state, event)
        transition = SaveTransition(
            account=self._account, state=state, reason=reason, record=record
        )
        with anyio.CancelScope(shield=True):
            row = await self._store.ask(transition, timeout=_MOVE_SECONDS)
        self._state, self._reason, self._since = state, row.reason, row.changed_at
        log.info("account.moved", account=self._account, state=state, event_=event)

    def _login_required(self) -> LoginRequired:
        why = f"its state is {self._state}"
        return LoginRequired(self._account, f"{why}: {self._reason}" if self._reason else why)

    def _status(self) -> Status:
        flood = self._last.flood_until if self._last is not None else None
        return Status(
            account=self._account,
            state=self._state.value,
            reason=self._reason,
            since=self._since,
            parsing=self._reading,
            flood_until=flood if flood is not None and flood > datetime.now(UTC) else None,
            last_report=self._last,
        )


class _Asking:
    """A login that waits for a two-step password. The actor's own loop only."""

    def __init__(self, telegram: TelegramPort) -> None:
        self.telegram = telegram
        self.proved: asyncio.Future[Person] = asyncio.get_running_loop().create_future()
        self.turn = anyio.Lock()  # one password at a time
        self.left = _PASSWORD_TRIES


def _code(token: LoginToken, generation: int) -> QrCode:
    return QrCode(
        url=token.url,
        expires_at=token.expires_at,
        generation=generation,
        terminal=drawn(token.url),
    )


class _LoginEnded(Exception):
    """A login has come to an end that is nobody's fault."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
