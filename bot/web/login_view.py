"""What a login's page shows: the login's newest step, in the person's language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, TypeAlias

import segno

from actors.values import (
    CodeNeeded,
    LoggedIn,
    LoginFailed,
    LoginStep,
    PasswordNeeded,
    QrCode,
)
from bot.texts import Texts

Shown: TypeAlias = Literal["begun", "qr", "code", "password", "done", "failed"]
Newest: TypeAlias = LoginStep | Exception | None
"""What a login has come to; None: it has only begun."""

UNTIL = "{until}"
"""Stands in a text for a time: the page alone knows how its reader's clock is set."""


class Fault(Exception):
    """A fault of the program, by the reference under which it is logged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """How a login is doing."""

    number: int
    """Another one with each step."""
    state: Shown
    account: int
    text: str = ""
    """How a code came, what the password's hint is, or how it has ended."""
    qr: tuple[str, ...] = ()
    """The rows of a QR code without its margin; 1 is dark."""
    length: int | None = None
    """Digits of the code that is asked for, where that is known."""
    resend_in: float = 0.0
    """Seconds until another code may be asked for."""
    until: datetime | None = None
    """The time of which the text speaks."""


def is_over(newest: Newest) -> bool:
    """Whether nothing follows any more."""
    return isinstance(newest, LoggedIn | LoginFailed | Exception)


def view(newest: Newest, *, number: int, account: int, texts: Texts) -> View:
    """Say what a page shows."""
    if newest is None:
        return View(number=number, state="begun", account=account)
    if isinstance(newest, Exception):
        until = getattr(newest, "until", None)
        told = refusal(newest, texts)
        return View(number=number, state="failed", account=account, text=told, until=until)
    match newest:
        case QrCode():
            return View(number=number, state="qr", account=account, qr=rows(newest.url))
        case CodeNeeded():
            sent = texts.codes.sent
            return View(
                number=number,
                state="code",
                account=account,
                text=sent.get(newest.kind, sent["other"]),
                length=newest.length,
                resend_in=max(0.0, (newest.resend_at - datetime.now(UTC)).total_seconds()),
            )
        case PasswordNeeded():
            return View(number=number, state="password", account=account, text=newest.hint)
        case LoggedIn():
            return View(number=number, state="done", account=account)
        case LoginFailed():
            told = texts.login.failed[newest.code].format(by=newest.by, until=UNTIL)
            until = newest.until
            return View(number=number, state="failed", account=account, text=told, until=until)


def refusal(error: Exception, texts: Texts) -> str:
    """Say why something was refused."""
    general = texts.general
    if isinstance(error, Fault):
        return general.fault.format(reference=error)
    names = (kind.__name__ for kind in type(error).__mro__)
    name = next((each for each in names if each in general.refusals), "Refusal")
    return general.refusals[name].format(until=UNTIL, folders="–")


def rows(url: str) -> tuple[str, ...]:
    """Draw a link as the rows of a QR code."""
    return tuple(
        "".join("1" if dark else "0" for dark in row)
        for row in segno.make(url, error="l", micro=False).matrix
    )
