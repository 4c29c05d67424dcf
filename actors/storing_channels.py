"""What each message about reading asks of the database."""

from __future__ import annotations

from collections.abc import Awaitable, Coroutine, Iterable
from datetime import UTC, datetime, timedelta
from random import random
from typing import Any, TypeVar

from actors.pacing import LONGEST, Pace
from actors.reports import as_plain, of_plain
from actors.schedule import confirm_pause, read_pause
from actors.store_messages import (
    AddReport,
    Amend,
    ChannelDone,
    CleanUp,
    Confirmed,
    CountSend,
    DueAccounts,
    KeepTaken,
    LastReport,
    ListReaders,
    LoadChannel,
    LoadFloods,
    NoteFlood,
    ReleaseTaken,
    SetEvery,
    StoreBatch,
    TakeDue,
    TellUnread,
)
from actors.values import ParseReport
from storage import (
    floods,
    posts,
    reports,
    schedule,
    sends,
)
from storage.database import Database
from storage.rows import Reader

T = TypeVar("T")

TAKEN_SECONDS = 60.0
"""How long a channel stays taken by a process that says nothing more."""

KEPT = timedelta(days=7)
"""How long what nobody follows any more is kept, in case it comes back."""

CONFIRMING_SECONDS = 900.0
"""How long an account's list may take before somebody else may ask for it."""


def of_channels(
    db: Database, message: LoadChannel | StoreBatch | Amend | ListReaders
) -> Coroutine[Any, Any, object]:
    """Work on channels and their posts."""
    match message:
        case LoadChannel():
            return posts.state(db, message.account, message.channel)
        case StoreBatch():
            return posts.store(db, message.hold, message.batch)
        case Amend():
            return posts.amend(db, message.hold, message.amendment)
        case ListReaders():
            return _readers(db, message.channel)


def of_account(
    db: Database, message: NoteFlood | LoadFloods | AddReport | LastReport | SetEvery
) -> Coroutine[Any, Any, object]:
    """Work on one account's waits, reports and intervals."""
    now = datetime.now(UTC)
    match message:
        case NoteFlood():
            return floods.note(db, message.hold, message.method, message.until, now=now)
        case LoadFloods():
            return floods.of(db, message.account, now=now)
        case AddReport():
            plain = as_plain(message.report)
            return reports.add(db, message.report.account, message.report.began_at, plain)
        case LastReport():
            return _last_report(db, message.account)
        case SetEvery():
            return schedule.set_every(
                db, message.account, message.seconds, message.channel, now=now
            )


def of_schedule(
    db: Database,
    message: (
        TakeDue
        | KeepTaken
        | ReleaseTaken
        | ChannelDone
        | DueAccounts
        | Confirmed
        | CleanUp
        | TellUnread
    ),
) -> Coroutine[Any, Any, object]:
    """Work on what is due, and on whom to tell of what was not read."""
    now = datetime.now(UTC)
    match message:
        case TakeDue():
            due = schedule.due(db, message.node, message.limit, now=now, seconds=TAKEN_SECONDS)
            return as_tuple(due)
        case KeepTaken():
            return schedule.keep(db, message.node, message.channels, now=now, seconds=TAKEN_SECONDS)
        case ReleaseTaken():
            return schedule.release(db, message.node, message.channels)
        case ChannelDone():
            return schedule.done(
                db,
                message.node,
                message.channel,
                ok=message.ok,
                now=now,
                pause=lambda every, failures: read_pause(every, failures, _chance()),
                why=message.why,
            )
        case DueAccounts():
            return as_tuple(
                schedule.due_accounts(
                    db, message.node, message.limit, now=now, seconds=CONFIRMING_SECONDS
                )
            )
        case Confirmed():
            pause = timedelta(seconds=confirm_pause(message.failures, _chance()))
            return schedule.confirmed(db, message.account, next_at=now + pause)
        case CleanUp():
            return posts.clean(db, KEPT, message.limit)
        case TellUnread():
            return schedule.tell_unread(db, now=now, awake_since=message.awake_since)


async def count_send(db: Database, message: CountSend) -> datetime | None:
    """Count the call before it is made: a program that is killed has counted too much at worst."""
    now, account = datetime.now(UTC), message.hold.account
    since = now - LONGEST
    waits = await floods.of(db, account, now=now)
    pace = Pace(waits, await sends.of(db, account, since=since)).at(now)
    free_at = pace.free_at(message.method, now)
    if free_at > now:
        return free_at
    await sends.keep(db, message.hold, message.method, now, since=since)
    return None


async def _readers(db: Database, channel: int) -> tuple[Reader, ...]:
    """Who can read a channel: those first whom Telegram does not let wait, who sees most of it.

    A channel keeps its reader, and another channel begins with another.
    """
    able = await posts.readers(db, channel)
    waits = await floods.among(db, [each.account for each in able], now=datetime.now(UTC))
    start = channel % len(able) if able else 0
    turned = able[start:] + able[:start]

    def place(reader: Reader) -> tuple[bool, bool, int]:
        has_to_wait = floods.HISTORY in waits.get(reader.account, {})
        return has_to_wait, reader.visible_from is None, reader.visible_from or 0

    return tuple(sorted(turned, key=place))


async def _last_report(db: Database, account: int) -> ParseReport | None:
    row = await reports.last(db, account)
    return None if row is None else of_plain(row.report, row.began_at)


def _chance() -> float:
    return random()  # noqa: S311  it spreads what is due


async def as_tuple(rows: Awaitable[Iterable[T]]) -> tuple[T, ...]:
    """Return rows as messages carry them."""
    return tuple(await rows)
