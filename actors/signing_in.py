"""One login of one account, from its first code to its end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import anyio

from actors.errors import NoPasswordWanted, PasswordRequired, PasswordWrong, WrongPassword
from actors.login import Event
from actors.ports import LoginToken, Person, TelegramPort
from actors.qr import drawn
from actors.values import PasswordNeeded, QrCode

PASSWORD_TRIES = 5
SHORTEST_QR = timedelta(seconds=1)  # however far the clocks are apart

Step = QrCode | PasswordNeeded


class LoginEnded(Exception):
    """A login has come to an end that is nobody's fault."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class SigningIn:
    """Show one code after another until one is scanned; ask for a password if there is one.

    Whoever runs it logs the connection out if the account does not become READY, a stranger's too.
    It owns neither the connection nor the account's state: `moved` persists what happens, `show`
    takes each step. The actor's own loop only.
    """

    def __init__(
        self,
        account: int,
        telegram: TelegramPort,
        *,
        within: float,
        moved: Callable[[Event], Awaitable[None]],
        show: Callable[[Step], Awaitable[None]],
    ) -> None:
        self._account = account
        self._telegram = telegram
        self._deadline = datetime.now(UTC) + timedelta(seconds=within)
        self._moved = moved
        self._show = show
        self._proved: asyncio.Future[Person] | None = None  # while a password is waited for
        self._turn = anyio.Lock()  # one password at a time
        self._left = PASSWORD_TRIES
        self.newest: Step | None = None
        """The step that is waited for now, for who joins the login."""

    async def run(self) -> None:
        """Return once the account itself is authorised; raise `LoginEnded` if it will not be."""
        person = await self._scanned()
        if person.id != self._account:
            raise LoginEnded(
                f"The code was scanned by account {person.id}, not by {self._account}: that "
                "session was ended. Scan it with the right account, or log in as the other."
            )

    async def prove(self, password: str) -> None:
        """Try a password; raises `WrongPassword` or `NoPasswordWanted`."""
        # Telegram may have accepted it: whoever asked may leave, the login must hear of it.
        with anyio.CancelScope(shield=True):
            async with self._turn:
                proved = self._proved
                if proved is None or proved.done():
                    raise NoPasswordWanted(self._account)
                if not _is_text(password):  # what cannot be one costs no try
                    raise WrongPassword(self._account, self._left)
                try:
                    person = await self._telegram.check_password(password)
                except PasswordWrong:
                    self._left -= 1
                    if self._left == 0 and not proved.done():
                        reason = "Too many wrong passwords. Log in again for a fresh code."
                        proved.set_exception(LoginEnded(reason))
                    raise WrongPassword(self._account, self._left) from None
                if not proved.done():
                    proved.set_result(person)

    async def _scanned(self) -> Person:
        generation = 0
        while True:
            try:
                token = await self._telegram.login_token()
            except PasswordRequired as password:
                return await self._asked(password.hint)
            if isinstance(token, Person):
                return token
            if datetime.now(UTC) >= self._deadline:
                raise LoginEnded("Nobody scanned the code in time. Log in again for a fresh one.")
            generation += 1
            if generation == 1:
                await self._moved(Event.QR_SHOWN)
            await self._next(_code(token, generation))
            soonest = datetime.now(UTC) + SHORTEST_QR
            await self._telegram.wait_scanned(min(max(token.expires_at, soonest), self._deadline))

    async def _asked(self, hint: str) -> Person:
        await self._moved(Event.PASSWORD_ASKED)
        self._proved = asyncio.get_running_loop().create_future()
        await self._next(PasswordNeeded(hint=hint))
        left = (self._deadline - datetime.now(UTC)).total_seconds()
        try:
            async with asyncio.timeout(max(0.0, left)):
                return await self._proved
        except TimeoutError:
            raise LoginEnded("No password came in time. Log in again for a fresh code.") from None

    async def _next(self, step: Step) -> None:
        self.newest = step
        await self._show(step)


def _is_text(password: object) -> bool:
    if not isinstance(password, str) or not password:
        return False
    try:
        password.encode()
    except UnicodeEncodeError:
        return False
    return True


def _code(token: LoginToken, generation: int) -> QrCode:
    return QrCode(
        url=token.url,
        expires_at=token.expires_at,
        generation=generation,
        terminal=drawn(token.url),
    )
