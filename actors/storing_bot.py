"""What each message about the bot and its people asks of the database."""

from __future__ import annotations

from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Any

from actors.bot_messages import (
    Ban,
    BotMessage,
    Choose,
    ClaimPolling,
    DescribeHouse,
    DigestSent,
    ListBanned,
    ListTellable,
    ListVisitors,
    LoadDigestPlan,
    LoadLimits,
    LoadVisitor,
    NoteBlocked,
    PlanDigest,
    ReleasePolling,
    SetLimits,
    TakeDueDigests,
    TakeQuestion,
    Unban,
    UnplanDigest,
    Visit,
)
from actors.storing_channels import as_tuple
from storage import allowances, digests, overview, polling, visitors
from storage.database import Database

LEASE_SECONDS = 900.0
"""How long a digest may take to be made and sent before another process may begin it anew."""


def of_bot(
    db: Database, message: BotMessage, most: int | None = None
) -> Coroutine[Any, Any, object]:
    """Work on the bot and its people; an account follows `most` channels if nobody says another."""
    match message:
        case Visit() | LoadVisitor() | Choose() | NoteBlocked():
            return _of_visitors(db, message)
        case Ban() | Unban() | ListBanned() | ListVisitors() | ListTellable() | DescribeHouse():
            return _of_operator(db, message)
        case LoadLimits() | SetLimits() | TakeQuestion():
            return _of_limits(db, message, most)
        case PlanDigest() | LoadDigestPlan() | UnplanDigest() | TakeDueDigests() | DigestSent():
            return _of_digests(db, message)
        case ClaimPolling():
            return polling.claim(db, message.node, message.bot)
        case ReleasePolling():
            return polling.release(db, message.node, message.bot)


def _of_visitors(
    db: Database, message: Visit | LoadVisitor | Choose | NoteBlocked
) -> Coroutine[Any, Any, object]:
    match message:
        case Visit():
            return visitors.visit(db, message.account, message.name, message.language)
        case LoadVisitor():
            return visitors.load(db, message.account)
        case Choose():
            return visitors.choose(
                db,
                message.account,
                language=message.language,
                timezone=message.timezone,
                now=datetime.now(UTC),
            )
        case NoteBlocked():
            note = visitors.block if message.blocked else visitors.unblock
            return note(db, message.account)


def _of_operator(
    db: Database,
    message: Ban | Unban | ListBanned | ListVisitors | ListTellable | DescribeHouse,
) -> Coroutine[Any, Any, object]:
    match message:
        case Ban():
            return visitors.ban(db, message.account, by=message.by, reason=message.reason)
        case Unban():
            return visitors.unban(db, message.account)
        case ListBanned():
            return as_tuple(visitors.banned(db))
        case ListVisitors():
            found = visitors.all(
                db,
                query=message.query,
                kind=message.state,
                limit=message.limit,
                offset=message.offset,
            )
            return as_tuple(found)
        case ListTellable():
            return as_tuple(visitors.tellable(db, limit=message.limit))
        case DescribeHouse():
            return overview.describe(db, now=datetime.now(UTC))


def _of_limits(
    db: Database, message: LoadLimits | SetLimits | TakeQuestion, most: int | None
) -> Coroutine[Any, Any, object]:
    match message:
        case LoadLimits():
            return allowances.limits(db, message.account, most=most)
        case SetLimits():
            return allowances.set_limits(
                db,
                message.account,
                channels=message.channels,
                questions_per_day=message.questions_per_day,
            )
        case TakeQuestion():
            return allowances.take_question(db, message.account)


def _of_digests(
    db: Database,
    message: PlanDigest | LoadDigestPlan | UnplanDigest | TakeDueDigests | DigestSent,
) -> Coroutine[Any, Any, object]:
    now = datetime.now(UTC)
    match message:
        case PlanDigest():
            return digests.plan(
                db,
                message.account,
                message.at,
                message.days,
                topics=message.topics,
                channels=message.channels,
                lines=message.lines,
                now=now,
            )
        case LoadDigestPlan():
            return digests.load(db, message.account)
        case UnplanDigest():
            return digests.unplan(db, message.account)
        case TakeDueDigests():
            return as_tuple(digests.due(db, message.limit, now=now, seconds=LEASE_SECONDS))
        case DigestSent():
            return digests.sent(db, message.account, message.lease, now=now)
