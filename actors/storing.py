"""What each message to the store asks of the database."""

from __future__ import annotations

from collections.abc import Awaitable, Coroutine, Iterable
from datetime import UTC, datetime, timedelta
from random import random
from typing import Any, TypeVar, assert_never

from actors.login import State
from actors.messages import (
    AdmitSession,
    ClaimInvite,
    CountPosts,
    DismissSession,
    ExpireSession,
    ForgetAccount,
    GiveBackInvite,
    ListAccounts,
    ListChannels,
    ListInvites,
    ListNotices,
    ListPosts,
    LoadAccount,
    LoadSession,
    LocateDatabase,
    MakeInvite,
    MarkDelivered,
    RevokeInvite,
    SaveSession,
    SaveTransition,
    StoreMessage,
    WasAdmitted,
)
from actors.reports import as_plain, of_plain
from actors.schedule import confirm_pause, read_pause
from actors.store_messages import (
    AddReport,
    Amend,
    ChannelDone,
    Confirmed,
    DueAccounts,
    Follow,
    KeepTaken,
    KeepVisible,
    LastReport,
    ListReaders,
    LoadChannel,
    LoadFloods,
    LoseChannel,
    NoteFlood,
    ReleaseTaken,
    SetEvery,
    StoreBatch,
    TakeDue,
    TellUnread,
)
from actors.values import ParseReport
from storage import (
    accounts,
    floods,
    forgetting,
    invites,
    notices,
    posts,
    reports,
    schedule,
    sessions,
)
from storage.database import Database
from storage.rows import ChannelState
from storage.sessions import Vault

T = TypeVar("T")

TAKEN_SECONDS = 60.0
"""How long a channel stays taken by a process that says nothing more."""

CONFIRMING_SECONDS = 900.0
"""How long an account's list may take before somebody else may ask for it."""


def work(
    db: Database, vault: Vault, dsn: str, message: StoreMessage
) -> Coroutine[Any, Any, object]:
    """Return the work that a message to the store asks for."""
    match message:
        case LocateDatabase():
            return _value(dsn)
        case (
            LoadAccount()
            | WasAdmitted()
            | ListAccounts()
            | SaveTransition()
            | ForgetAccount()
            | ListNotices()
            | MarkDelivered()
        ):
            return _of_accounts(db, message)
        case AdmitSession() | ExpireSession() | DismissSession() | SaveSession() | LoadSession():
            return _of_sessions(db, vault, message)
        case ClaimInvite() | GiveBackInvite() | MakeInvite() | ListInvites() | RevokeInvite():
            return _of_invites(db, message)
        case ListChannels() | ListPosts() | CountPosts():
            return _of_reads(db, message)
        case (
            Follow()
            | LoadChannel()
            | StoreBatch()
            | Amend()
            | KeepVisible()
            | LoseChannel()
            | ListReaders()
        ):
            return _of_channels(db, message)
        case NoteFlood() | LoadFloods() | AddReport() | LastReport() | SetEvery():
            return _of_account(db, message)
        case (
            TakeDue()
            | KeepTaken()
            | ReleaseTaken()
            | ChannelDone()
            | DueAccounts()
            | Confirmed()
            | TellUnread()
        ):
            return _of_schedule(db, message)
        case _:
            assert_never(message)


def _of_accounts(
    db: Database,
    message: (
        LoadAccount
        | WasAdmitted
        | ListAccounts
        | SaveTransition
        | ForgetAccount
        | ListNotices
        | MarkDelivered
    ),
) -> Coroutine[Any, Any, object]:
    match message:
        case LoadAccount():
            return accounts.load(db, message.account)
        case WasAdmitted():
            return accounts.was_admitted(db, message.account)
        case ListAccounts():
            return _tuple(accounts.all(db))
        case SaveTransition():
            return accounts.transition(db, message.hold, message.state, message.reason)
        case ForgetAccount():
            return forgetting.forget(db, message.hold)
        case ListNotices():
            return _tuple(notices.pending(db, account=message.account, limit=message.limit))
        case MarkDelivered():
            return notices.delivered(db, message.notice)


def _of_sessions(
    db: Database,
    vault: Vault,
    message: AdmitSession | ExpireSession | DismissSession | SaveSession | LoadSession,
) -> Coroutine[Any, Any, object]:
    match message:
        case AdmitSession():
            return sessions.admit(db, vault, message.hold, State.READY, None, message.record)
        case ExpireSession():
            return sessions.expire(db, message.hold, message.reason)
        case DismissSession():
            return sessions.dismiss(db, message.hold, message.state, message.reason)
        case SaveSession():
            return sessions.save(db, vault, message.hold, message.record)
        case LoadSession():
            return sessions.load(db, vault, message.account)


def _of_invites(
    db: Database,
    message: ClaimInvite | GiveBackInvite | MakeInvite | ListInvites | RevokeInvite,
) -> Coroutine[Any, Any, object]:
    match message:
        case ClaimInvite():
            return invites.claim(db, message.code, message.account, message.within)
        case GiveBackInvite():
            return invites.give_back(db, message.account)
        case MakeInvite():
            return invites.create(
                db,
                uses=message.uses,
                expires_at=message.expires_at,
                limits=message.limits,
                note=message.note,
            )
        case ListInvites():
            return _tuple(invites.all(db))
        case RevokeInvite():
            return invites.revoke(db, message.invite)


def _of_reads(
    db: Database, message: ListChannels | ListPosts | CountPosts
) -> Coroutine[Any, Any, object]:
    match message:
        case ListChannels():
            return _tuple(posts.channels(db, message.account))
        case ListPosts():
            return _tuple(posts.newest(db, message.account, message.limit, message.channel))
        case CountPosts():
            return posts.count(db, message.account)


def _of_channels(
    db: Database,
    message: Follow | LoadChannel | StoreBatch | Amend | KeepVisible | LoseChannel | ListReaders,
) -> Coroutine[Any, Any, object]:
    match message:
        case Follow():
            return _followed(db, message)
        case LoadChannel():
            return posts.state(db, message.account, message.channel)
        case StoreBatch():
            return posts.store(db, message.hold, message.batch)
        case Amend():
            return posts.amend(db, message.hold, message.amendment)
        case KeepVisible():
            return posts.sees_from(db, message.hold, message.channel, message.visible_from)
        case LoseChannel():
            return posts.lost(db, message.hold, message.channel, message.why)
        case ListReaders():
            return _tuple(posts.readers(db, message.channel))


def _of_account(
    db: Database, message: NoteFlood | LoadFloods | AddReport | LastReport | SetEvery
) -> Coroutine[Any, Any, object]:
    now = datetime.now(UTC)
    match message:
        case NoteFlood():
            return floods.note(db, message.hold, message.method, message.until, now=now)
        case LoadFloods():
            return floods.of(db, message.account, now=now)
        case AddReport():
            plain = as_plain(message.report)
            return reports.add(db, message.report.account, message.began_at, plain)
        case LastReport():
            return _last_report(db, message.account)
        case SetEvery():
            return schedule.set_every(
                db, message.account, message.seconds, message.channel, now=now
            )


def _of_schedule(
    db: Database,
    message: (
        TakeDue | KeepTaken | ReleaseTaken | ChannelDone | DueAccounts | Confirmed | TellUnread
    ),
) -> Coroutine[Any, Any, object]:
    now = datetime.now(UTC)
    match message:
        case TakeDue():
            due = schedule.due(db, message.node, message.limit, now=now, seconds=TAKEN_SECONDS)
            return _tuple(due)
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
            return _tuple(
                schedule.due_accounts(
                    db, message.node, message.limit, now=now, seconds=CONFIRMING_SECONDS
                )
            )
        case Confirmed():
            pause = timedelta(seconds=confirm_pause(message.failures, _chance()))
            return schedule.confirmed(db, message.account, next_at=now + pause)
        case TellUnread():
            return schedule.tell_unread(db, now=now, awake_since=message.awake_since)


async def _followed(db: Database, message: Follow) -> tuple[ChannelState, ...]:
    states = await posts.follow(db, message.hold, message.seen, complete=message.complete)
    await schedule.apply(db, message.hold.account, now=datetime.now(UTC))
    return tuple(states)


async def _last_report(db: Database, account: int) -> ParseReport | None:
    row = await reports.last(db, account)
    return None if row is None else of_plain(row.report)


def _chance() -> float:
    return random()  # noqa: S311  it spreads what is due


async def _value(value: T) -> T:
    return value


async def _tuple(rows: Awaitable[Iterable[T]]) -> tuple[T, ...]:
    return tuple(await rows)
