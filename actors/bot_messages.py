"""What the bot asks of the store."""

from __future__ import annotations

from datetime import datetime, time

from runtime import Request, message
from storage.bot_rows import (
    DigestPlan,
    DuePlan,
    Language,
    LanguageChoice,
    Limits,
    Overview,
    Polled,
    Visitor,
    VisitorRow,
)
from storage.rows import NoticeRow


@message
class Visit(Request[Visitor]):
    """Note that somebody writes to the bot; answered with who it is."""

    account: int
    name: str
    language: Language


@message
class LoadVisitor(Request[Visitor | None]):
    """Return who has written to the bot, None if nobody with that id did."""

    account: int


@message
class Choose(Request[Visitor]):
    """Keep the language or the time zone that somebody chose; None: as it is."""

    account: int
    language: LanguageChoice | None
    timezone: str | None


@message
class NoteBlocked(Request[None]):
    """Note that somebody has blocked the bot, or that messages reach them again."""

    account: int
    blocked: bool


@message
class Ban(Request[bool]):
    """Ban an account; answered with whether it was not."""

    account: int
    by: int | None
    reason: str


@message
class Unban(Request[bool]):
    """Ban an account no more; answered with whether it was."""

    account: int


@message
class ListBanned(Request[tuple[int, ...]]):
    """Return the accounts that are banned."""


@message
class ListVisitors(Request[tuple[VisitorRow, ...]]):
    """Return who there is, the last to write first."""

    query: str | None
    state: str | None
    limit: int
    offset: int


@message
class ListTellable(Request[tuple[NoticeRow, ...]]):
    """Return the notices that were not delivered and would reach whom they are for."""

    limit: int


@message
class LoadLimits(Request[Limits]):
    """Return what an account is allowed."""

    account: int


@message
class SetLimits(Request[None]):
    """Say what an account is allowed; None: what its invites say."""

    account: int
    channels: int | None
    questions_per_day: int | None


@message
class TakeQuestion(Request[datetime | None]):
    """Count a question; answered with when there is a new one if none is left, else None."""

    account: int


@message
class PlanDigest(Request[DigestPlan]):
    """Let an account get digests, instead of those it got before."""

    account: int
    at: time
    days: frozenset[int]
    topics: tuple[str, ...]
    channels: tuple[int, ...] | None
    lines: int


@message
class LoadDigestPlan(Request[DigestPlan | None]):
    """Return when an account gets digests, None if it gets none."""

    account: int


@message
class UnplanDigest(Request[bool]):
    """Let an account get no more digests; answered with whether it got any."""

    account: int


@message
class TakeDueDigests(Request[tuple[DuePlan, ...]]):
    """Take digests that are due, to be made and sent, the most overdue first."""

    limit: int


@message
class DigestSent(Request[bool]):
    """Confirm a digest that was taken; answered with whether it counted."""

    account: int
    lease: int


@message
class ClaimPolling(Request[Polled]):
    """Make a bot this process's own to poll for, if no living process has it."""

    node: str
    bot: str


@message
class ReleasePolling(Request[None]):
    """Let another process poll for a bot."""

    node: str
    bot: str


@message
class DescribeHouse(Request[Overview]):
    """Return how many accounts, channels and posts are in which way."""


BotMessage = (
    Visit
    | LoadVisitor
    | Choose
    | NoteBlocked
    | Ban
    | Unban
    | ListBanned
    | ListVisitors
    | ListTellable
    | LoadLimits
    | SetLimits
    | TakeQuestion
    | PlanDigest
    | LoadDigestPlan
    | UnplanDigest
    | TakeDueDigests
    | DigestSent
    | ClaimPolling
    | ReleasePolling
    | DescribeHouse
)
"""What of it concerns the bot and its people."""
