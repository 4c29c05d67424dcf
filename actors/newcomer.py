"""The actor that logs somebody in whom nobody knows yet."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import assert_never

import anyio

from actors.errors import LoginRequired
from actors.login import Event, State
from actors.logins import LOG_OUT_SECONDS, Logins, log_out
from actors.messages import (
    AdoptRequest,
    CancelLogin,
    CodeRequest,
    ImportRequest,
    ListAuthorisations,
    LoginRequest,
    NewcomerMessage,
    PasswordRequest,
    ResendRequest,
    StatusRequest,
)
from actors.ports import Asks, MakeTelegram, Person, TelegramPort
from actors.values import LoggedIn
from runtime import Actor, ActorError, Refusal, reply
from runtime.logs import get_logger
from storage.errors import StorageError

log = get_logger("actors")

_ADOPT_SECONDS = 60.0
_LOOK_SECONDS = 30.0


class NewcomerActor(Actor[NewcomerMessage]):
    """Let whoever scans log in, and hand the session to the account's own actor.

    Its client is closed before the account's actor opens the record: a key is never in use twice.
    """

    refusals = (*Actor.refusals, StorageError)

    def __init__(self, telegram: MakeTelegram, session: Callable[[int], Asks]) -> None:
        self._make = telegram
        self._session = session
        self._logins = Logins(None, make=self._fresh, moved=_unrecorded, admit=self._hand_over)

    async def handle(self, message: NewcomerMessage, /) -> object:
        """Answer by a job what takes time."""
        match message:
            case LoginRequest():
                await self._logins.join(message)
                return self.job(self._logins.run(message), key="login")
            case CancelLogin():
                return reply(message, self._logins.cancel())
            case CodeRequest():
                return self.job(self._logins.prove_code(message.code))
            case ResendRequest():
                return self.job(self._logins.resend(), key="resend")
            case PasswordRequest():
                return self.job(self._logins.prove_password(message.password))
            case ImportRequest():
                return self.job(self._import(message))
            case _:
                assert_never(message)

    async def _fresh(self, request: LoginRequest) -> TelegramPort:
        return await self._make(None, hold=None, api=request.api)

    async def _hand_over(self, telegram: TelegramPort, person: Person) -> bool:
        session, record = self._session(person.id), telegram.record()
        if await _is_good(session):
            return False  # one session is enough
        await telegram.close()
        try:
            await session.ask(AdoptRequest(record=record), timeout=_ADOPT_SECONDS)
        except BaseException:
            with anyio.CancelScope(shield=True):
                await self._end(record)
            raise
        return True

    async def _import(self, request: ImportRequest) -> LoggedIn:
        telegram = await self._make(request.record, hold=None, api=request.api)
        try:
            await telegram.connect()
            owner = await telegram.me()
        finally:
            with anyio.CancelScope(shield=True):
                await telegram.close()
        adopt = AdoptRequest(record=telegram.record())
        return await self._session(owner.id).ask(adopt, timeout=_ADOPT_SECONDS)

    async def _end(self, record: bytes) -> None:
        """End a session that nobody has adopted."""
        telegram = await self._make(record, hold=None)
        with contextlib.suppress(Refusal), anyio.move_on_after(LOG_OUT_SECONDS):
            await telegram.connect()
            await log_out(telegram)
        await telegram.close()


async def _is_good(session: Asks) -> bool:
    """Whether an account has a session that Telegram accepts, as far as can be told.

    One that has ended without anybody's notice is expired by this look.
    """
    if (await session.ask(StatusRequest())).state != State.READY:
        return False
    try:
        await session.ask(ListAuthorisations(), timeout=_LOOK_SECONDS)
    except LoginRequired:
        return False
    except (Refusal, ActorError, StorageError) as unknown:
        log.info("session.kept", error=type(unknown).__name__)
    return True


async def _unrecorded(event: Event) -> None:
    """Persist nothing: there is no account yet that the event could have happened to."""
