"""What the operator's buttons say when they are pressed."""

from __future__ import annotations

from typing import Final, Literal

from aiogram.filters.callback_data import CallbackData

KINDS: Final = (
    "",
    "READY",
    "EXPIRED",
    "banned",
    "blocked",
    "visitor",
)
"""By what people are listed, as `House.visitors` knows it; the first: by nothing."""
ON_A_PAGE: Final = 8
WORD_BYTES: Final = 24
"""How much of a searched word fits a button beside the rest."""
CHANNELS: Final = (10, 50, 200, 0)
QUESTIONS: Final = (5, 20, 100, 0)
USES: Final = (1, 5, 20, 100)
DAYS: Final = (1, 7, 30, 0)
"""What can be chosen; 0: no limit of one's own."""


class Go(CallbackData, prefix="ah"):
    """One of the screens that need nothing but their name."""

    to: Literal["home", "machine", "unread", "search", "draft"]


class People(CallbackData, prefix="al", sep="|"):
    """A page of the people of a kind, maybe with a word in their names."""

    page: int = 0
    kind: int = 0
    word: str = ""


class Somebody(CallbackData, prefix="ap"):
    """One person."""

    account: int


class Ban(CallbackData, prefix="ab"):
    """Ask for the reason of a ban, ban without one, or ban no more."""

    account: int
    what: Literal["ask", "now", "lift"]


class Allow(CallbackData, prefix="av"):
    """Set one of a person's limits; said as what shall be."""

    account: int
    what: Literal["channels", "questions"]
    number: int


class Invites(CallbackData, prefix="ai"):
    """A page of the invites."""

    page: int = 0


class Revoke(CallbackData, prefix="ar"):
    """Let nobody in by an invite any more; it is asked first whether surely."""

    invite: int
    surely: bool


class Draft(CallbackData, prefix="an"):
    """An invite as it would be made."""

    uses: int = 1
    days: int = 7
    channels: int = 0
    questions: int = 0
    key: str
    """Which draft it is: one is made once."""
    make: bool = False
