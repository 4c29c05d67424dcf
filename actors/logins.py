"""Logins, one at a time."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Mapping

import anyio

from actors.errors import (
    ApiKeysRefused,
    Flooded,
    NoCodeWanted,
    NoOtherCode,
    NoPasswordWanted,
    PhoneRefused,
    SessionRevoked,
    TelegramUnreachable,
)
from actors.login import Event
from actors.messages import LoginRequest
from actors.ports import Person, TelegramPort
from actors.reasons import LoginEnd
from actors.signing_in import LoginEnded, SigningIn, Step
from actors.values import LoggedIn, LoginFailed
from runtime import Refusal, progress

LOG_OUT_SECONDS = 5.0
CANCELLED = "The login was cancelled. Log in again whenever you like."

FAILURES: Mapping[type[Refusal], LoginEnd] = {
    ApiKeysRefused: "keys",
    Flooded: "flooded",
    NoOtherCode: "no_other_code",
    PhoneRefused: "phone",
    SessionRevoked: "revoked",
    TelegramUnreachable: "unreachable",
}
"""What ends a login with a reason for the person, and is no fault of the program."""


class Logins:
    """Log in over a fresh connection each time, which is ended at Telegram unless it is kept.

    `make` makes the connection; `moved` persists what happens; `admit` says whether the session of
    whoever has logged in is kept. The actor's own loop only.
    """

    def __init__(
        self,
        account: int | None,
        *,
        make: Callable[[LoginRequest], Awaitable[TelegramPort]],
        moved: Callable[[Event], Awaitable[None]],
        admit: Callable[[TelegramPort, Person], Awaitable[bool]],
    ) -> None:
        self._account = account
        self._make = make
        self._moved = moved
        self._admit = admit
        self._now: SigningIn | None = None
        self._scope = anyio.CancelScope()

    @property
    def is_running(self) -> bool:
        """Whether a login is under way."""
        return self._now is not None

    async def join(self, request: LoginRequest) -> None:
        """Show who joins where the login is; a phone number changes its way."""
        if self._now is None:
            return
        if self._now.newest is not None:
            await progress(request, self._now.newest)
        if request.phone is not None:
            self._now.by_phone(request.phone)

    async def run(self, request: LoginRequest) -> LoggedIn | LoginFailed:
        """Log in, or say why not."""
        person = None
        self._scope = anyio.CancelScope()
        try:
            with self._scope:
                person = await self._sign_in(request)
        except LoginEnded as end:
            return LoginFailed(reason=end.reason, code=end.code, by=end.by)
        except tuple(FAILURES) as failure:
            until = failure.until if isinstance(failure, Flooded) else None
            return LoginFailed(reason=str(failure), code=FAILURES[type(failure)], until=until)
        if person is None:
            return LoginFailed(reason=CANCELLED, code="cancelled")
        return LoggedIn(account=person.id)

    def cancel(self) -> bool:
        """End the login that runs; return whether there was one."""
        self._scope.cancel()
        return self.is_running

    async def prove_code(self, code: str) -> None:
        """Pass a code on to the login that waits for one."""
        if self._now is None:
            raise NoCodeWanted
        await self._now.prove_code(code)

    async def resend(self) -> None:
        """Let the login that waits for a code have another sent."""
        if self._now is None:
            raise NoCodeWanted
        await self._now.resend()

    async def prove_password(self, password: str) -> None:
        """Pass a password on to the login that waits for one."""
        if self._now is None:
            raise NoPasswordWanted
        await self._now.prove_password(password)

    async def _sign_in(self, request: LoginRequest) -> Person:
        async def show(step: Step) -> None:
            await progress(request, step)

        telegram = await self._make(request)
        self._now = SigningIn(
            self._account,
            telegram,
            within=request.within,
            phone=request.phone,
            moved=self._moved,
            show=show,
        )
        kept = False
        try:
            await telegram.connect()
            person = await self._now.run()
            kept = await self._admit(telegram, person)
            return person
        finally:
            self._now = None
            with anyio.CancelScope(shield=True):  # each has a deadline of its own
                if not kept:
                    await log_out(telegram)
                await telegram.close()


async def log_out(telegram: TelegramPort) -> None:
    """End what Telegram may have authorised though the login has failed; nobody holds its key."""
    with contextlib.suppress(Refusal), anyio.move_on_after(LOG_OUT_SECONDS):
        await telegram.log_out()
