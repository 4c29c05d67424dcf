"""What is known of the people who write to the bot, in plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Literal

from storage.occurrences import WEEK
from storage.rows import Freshness

Language = Literal["ru", "en"]
LanguageChoice = Literal["ru", "en", "spoken"]
"""A language, or the one nearest to Telegram's own, whatever that comes to be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Somebody who writes to the bot, logged in or not."""

    account: int
    """The Telegram user id."""
    name: str
    language: Language
    """The one that was chosen, or else the one nearest to Telegram's own."""
    language_chosen: bool = False
    timezone: str
    """An IANA name, like Europe/Moscow."""
    read_every: float | None = None
    """Seconds between readings of the account's channels; None: there is no account."""
    banned_at: datetime | None
    ban_reason: str | None
    blocked_at: datetime | None
    """When the person blocked the bot; None if messages reach them."""
    first_at: datetime
    seen_at: datetime
    """When they wrote last, give or take a minute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitorRow:
    """Somebody as the operator sees them: with an account, a visitor of the bot, or banned."""

    account: int
    name: str | None
    """None: they never wrote to the bot."""
    language: Language | None
    first_at: datetime | None
    seen_at: datetime | None
    blocked_at: datetime | None
    banned_at: datetime | None
    ban_reason: str | None
    state: str | None
    """Of the account; None: there is none."""
    state_reason: str | None
    channels: int
    """How many they follow."""
    read_at: datetime | None
    """When the last parse that committed something began."""
    added: int | None
    """How many posts that one added."""
    flood_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What an account is allowed; None: any number."""

    channels: int | None
    questions_per_day: int | None
    """A day begins at midnight in UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestPlan:
    """When an account gets a digest, and of what."""

    account: int
    at: time
    """Of the day in the visitor's time zone."""
    days: frozenset[int] = WEEK
    """Of the week: 1 is Monday, 7 is Sunday."""
    topics: tuple[str, ...] = ()
    channels: tuple[int, ...] | None = None
    """None: all that the account follows."""
    lines: int
    next_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DuePlan:
    """A digest that is due, taken to be made and sent."""

    account: int
    topics: tuple[str, ...]
    channels: tuple[int, ...] | None
    lines: int
    due_at: datetime
    """The occurrence."""
    since: datetime | None
    """The occurrence that was sent before; None: this is the first."""
    timezone: str
    language: Language
    lease: int
    """Which taking it is: whoever confirms another one confirms nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Polled:
    """What an attempt to become a bot's poller came to."""

    held: bool
    by: str | None
    """Who holds it instead, as far as that is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkOverview:
    """How much work there is of a kind."""

    kind: str
    due: int
    waiting: int
    """What a worker has or is put back."""
    dead: int
    reasons: Mapping[str, int]
    """Why most of the dead was given up, and how much of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FloodRow:
    """An account that Telegram lets wait with a method."""

    account: int
    method: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """How the whole house is doing."""

    states: Mapping[str, int]
    """How many accounts are in each state."""
    visitors: int
    blocked: int
    banned: int
    freshness: Freshness
    """Channels, how many are due, since when, and how many are unread for which cause."""
    work: tuple[WorkOverview, ...]
    floods: tuple[FloodRow, ...]
    """The longest first, and not more than a hundred."""
