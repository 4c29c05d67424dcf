"""The actor that owns one account's Telegram client."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from typing import assert_never

import anyio

from actors.errors import (
    Flooded,
    LoginRequired,
    NoPasswordWanted,
    SessionRevoked,
    TelegramUnreachable,
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
from actors.newest import Newest
from actors.ports import Asks, MakeTelegram, TelegramPort
from actors.reading import Reading
from actors.signing_in import LoginEnded, SigningIn
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

_MOVE_SECONDS = 10.0
_LOG_OUT_SECONDS = 5.0


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
        self._signing_in: SigningIn | None = None
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
                running = self._signing_in
                if running is not None and running.newest is not None:
                    await progress(message, running.newest)  # who joins sees where it is
                return self.job(self._log_in(message), key="login")
            case PasswordRequest():
                return self.job(self._prove(message))
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
                await self._sign_in(request)
            return LoggedIn(account=self._account)
        except LoginEnded as end:
            return LoginFailed(reason=end.reason)
        except (Flooded, SessionRevoked, TelegramUnreachable) as trouble:
            return LoginFailed(reason=str(trouble))
        finally:
            if self._state in WAITING:
                await self._move(Event.GIVEN_UP, "the login was not finished")

    async def _sign_in(self, request: LoginRequest) -> None:
        async def show(step: QrCode | PasswordNeeded) -> None:
            await progress(request, step)

        await self._disconnect()
        telegram = self._make(None)
        self._signing_in = SigningIn(
            self._account, telegram, within=request.within, moved=self._move, show=show
        )
        try:
            await telegram.connect()
            await self._signing_in.run()
            self._kept = telegram.record()
            await self._move(Event.AUTHORISED, record=self._kept)
        finally:
            self._signing_in = None
            with anyio.CancelScope(shield=True):  # each has a deadline of its own
                if self._state is not State.READY:
                    await _log_out(telegram)
                await telegram.close()

    async def _prove(self, request: PasswordRequest) -> None:
        if self._signing_in is None:
            raise NoPasswordWanted(self._account)
        await self._signing_in.prove(request.password)

    # Reading

    async def _read(self, request: ReadRequest) -> ParseReport:
        async def show(now: ParseProgress) -> None:
            await progress(request, now)

        self._reading = True
        try:
            telegram = await self._connected()
            async with Newest(show) as newest:
                reading = Reading(
                    self._account, telegram, self._store, depth=request.depth, show=newest.put
                )
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
            telegram = self._make(self._kept)
            try:
                await telegram.connect()
            except BaseException:
                with anyio.CancelScope(shield=True):
                    await telegram.close()
                raise
            self._telegram = telegram
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

    async def _move(
        self, event: Event, reason: str | None = None, *, record: bytes | None = None
    ) -> None:
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


async def _log_out(telegram: TelegramPort) -> None:
    """End what Telegram may have authorised though the login has failed; nobody holds its key."""
    with contextlib.suppress(Refusal), anyio.move_on_after(_LOG_OUT_SECONDS):
        await telegram.log_out()
