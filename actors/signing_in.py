"""One login, from its first code to its end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import anyio

from actors.errors import (
    NoCodeWanted,
    NoPasswordWanted,
    PasswordRequired,
    WrongCode,
    WrongPassword,
)
from actors.login import Event
from actors.ports import CodeSent, LoginToken, Person, TelegramPort
from actors.qr import drawn
from actors.question import Closed, Question, Wrong
from actors.reasons import LoginEnd
from actors.values import CodeNeeded, PasswordNeeded, QrCode

Step = QrCode | CodeNeeded | PasswordNeeded
UNSCANNED = "Nobody scanned the code in time. Log in again for a fresh one."


class LoginEnded(Exception):
    """A login has come to an end that is nobody's fault."""

    def __init__(self, code: LoginEnd, reason: str, by: int | None = None) -> None:
        super().__init__(code, reason, by)
        self.code = code
        self.reason = reason
        self.by = by
        """Which account has logged in instead, if it was a stranger's."""


class SigningIn:
    """Show one code after another until one is scanned, or ask for the one sent to a phone.

    Whoever runs it logs the connection out if the account does not become READY, a stranger's too.
    It owns neither the connection nor the account's state: `moved` persists what happens, `show`
    takes each step. The actor's own loop only.
    """

    def __init__(
        self,
        account: int | None,
        telegram: TelegramPort,
        *,
        within: float,
        phone: str | None = None,
        moved: Callable[[Event], Awaitable[None]],
        show: Callable[[Step], Awaitable[None]],
    ) -> None:
        """Describe it; without an account whoever logs in is welcome."""
        self._account = account
        self._telegram = telegram
        self._until = anyio.current_time() + within
        self._phone = phone
        self._moved = moved
        self._show = show
        self._code: Question | None = None
        self._password: Question | None = None
        self._again: CodeSent | None = None  # a code sent on request, not shown yet
        self._waiting = anyio.CancelScope()  # left early when something else is to be done
        self._generation = 0
        self.newest: Step | None = None
        """The step that is waited for now, for who joins the login."""

    async def run(self) -> Person:
        """Return once the account itself is authorised; raise `LoginEnded` if it will not be."""
        person = await self._authorised()
        if self._account is not None and person.id != self._account:
            raise LoginEnded(
                "stranger",
                f"The login was done by account {person.id}, not by {self._account}: that "
                "session was ended. Use the right account, or log in as the other.",
                by=person.id,
            )
        return person

    def by_phone(self, phone: str) -> None:
        """Go on with a code sent to a phone number, unless that is under way."""
        if phone != self._phone and self._password is None:
            self._phone = phone
            self._waiting.cancel()

    async def prove_code(self, code: str) -> None:
        """Try a login code; raises `WrongCode`, `NoCodeWanted`, or what Telegram refuses."""
        question, digits = self._code, "".join(code.split()).replace("-", "")
        try:
            if question is None:
                raise Closed
            if not (digits.isascii() and digits.isdigit()):  # what cannot be one costs no try
                raise Wrong
            await question.prove(digits)
        except Closed:
            raise NoCodeWanted from None
        except Wrong:
            raise WrongCode(question.left if question else 0) from None

    async def resend(self) -> None:
        """Have another code sent; raises `NoCodeWanted`, or what Telegram refuses."""

        async def send() -> None:
            self._again = await self._telegram.resend_code()
            self._waiting.cancel()  # the login itself shows it

        try:
            if self._code is None:
                raise Closed
            await self._code.instead(send)
        except Closed:
            raise NoCodeWanted from None

    async def prove_password(self, password: str) -> None:
        """Try a password; raises `WrongPassword`, `NoPasswordWanted`, or `Flooded`."""
        question = self._password
        try:
            if question is None:
                raise Closed
            if not _is_text(password):
                raise Wrong
            await question.prove(password)
        except Closed:
            raise NoPasswordWanted from None
        except Wrong:
            raise WrongPassword(question.left if question else 0) from None

    async def _authorised(self) -> Person:
        person = None
        try:
            while person is None:  # the person changes the way
                phone = self._phone
                person = await (self._scanned() if phone is None else self._coded(phone))
        except PasswordRequired as password:
            return await self._asked(password.hint)
        return person

    async def _scanned(self) -> Person | None:
        while self._phone is None:
            token = await self._telegram.login_token()
            if isinstance(token, Person):
                return token
            if self._left() <= 0:
                raise LoginEnded("unscanned", UNSCANNED)
            self._generation += 1
            if self._generation == 1:
                await self._moved(Event.QR_SHOWN)
            await self._next(_code(token, self._generation))
            self._waiting = anyio.CancelScope()
            if self._phone is None:
                with self._waiting:
                    await self._telegram.wait_scanned(min(token.lives, self._left()))
        return None

    async def _coded(self, phone: str) -> Person | None:
        sent: CodeSent | None = await self._telegram.send_code(phone)
        await self._moved(Event.CODE_SENT)
        question = self._code = Question(self._telegram.check_code)
        while sent is not None:
            self._generation += 1
            await self._next(_needed(sent, self._generation))
            self._waiting = anyio.CancelScope()
            if self._again is None and phone == self._phone:
                with self._waiting:
                    await question.answered(self._left())
            sent, self._again = self._again, None
        changed = phone != self._phone
        person = await question.close()
        if person is None and not changed:
            raise _unproved(question, "code", ("codes", "no_code"))
        return person

    async def _asked(self, hint: str) -> Person:
        await self._moved(Event.PASSWORD_ASKED)
        question = self._password = Question(self._telegram.check_password)
        await self._next(PasswordNeeded(hint=hint))
        await question.answered(self._left())
        person = await question.close()
        if person is None:
            raise _unproved(question, "password", ("passwords", "no_password"))
        return person

    async def _next(self, step: Step) -> None:
        self.newest = step
        await self._show(step)

    def _left(self) -> float:
        return self._until - anyio.current_time()


def _unproved(question: Question, what: str, codes: tuple[LoginEnd, LoginEnd]) -> LoginEnded:
    wrong, none = codes
    if question.left == 0:
        return LoginEnded(wrong, f"Too many wrong {what}s. Log in again for a fresh code.")
    return LoginEnded(none, f"No {what} came in time. Log in again for a fresh code.")


def _is_text(password: object) -> bool:
    """Tell what can be a password from what cannot, and costs no try."""
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
        expires_at=datetime.now(UTC) + timedelta(seconds=token.lives),
        generation=generation,
        terminal=drawn(token.url),
    )


def _needed(sent: CodeSent, generation: int) -> CodeNeeded:
    return CodeNeeded(
        kind=sent.kind,
        length=sent.length,
        next_kind=sent.next_kind,
        resend_at=datetime.now(UTC) + timedelta(seconds=sent.resend_after),
        generation=generation,
    )
