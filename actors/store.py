"""The actor that owns the database."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Coroutine, Iterable
from pathlib import Path
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
from actors.settings import Settings
from actors.store_messages import (
    AddReport,
    Amend,
    ChannelDone,
    DueAccounts,
    Follow,
    KeepVisible,
    LastReport,
    ListReaders,
    LoadChannel,
    LoadFloods,
    LoseChannel,
    NoteFlood,
    SetEvery,
    StoreBatch,
    TakeDue,
    TellUnread,
)
from runtime import Actor, ActorError, Refusal
from runtime.logs import get_logger
from storage import accounts, forgetting, invites, notices, posts, sessions
from storage.database import Database
from storage.embedded import Postgres
from storage.errors import StorageError
from storage.house_lock import HouseLock
from storage.sessions import Vault

log = get_logger("actors")

T = TypeVar("T")


class StoreActor(Actor[StoreMessage]):
    """Keep the archive, and keep other houses out of its data folder.

    Each request is a job over the pool of connections, so none waits for another.
    """

    refusals = (Refusal, ActorError, StorageError)

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock: HouseLock | None = None
        self._postgres: Postgres | None = None
        self._dsn = ""
        self._db: Database | None = None
        self._vault: Vault | None = None

    async def started(self) -> None:
        """Lock the data folder, start or find Postgres, bring the schema up to date."""
        data = self._settings.data
        self._lock = await asyncio.to_thread(HouseLock.acquire, data)
        self._vault = await asyncio.to_thread(self._open_vault, data)
        dsn = self._settings.dsn
        if dsn is None:
            self._postgres = await asyncio.to_thread(Postgres.start, data)
            dsn = self._postgres.dsn
            log.debug("postgres.started", where=str(self._postgres.where))
        self._dsn = dsn
        self._db = await Database.open(dsn)
        await self._db.migrate()

    async def stopped(self) -> None:
        """Close the pool, leave Postgres, let the next house in."""
        if self._db is not None:
            await self._db.close()
        if self._postgres is not None:
            await asyncio.to_thread(self._postgres.stop)
        if self._lock is not None:
            self._lock.release()

    async def handle(self, message: StoreMessage, /) -> object:
        """Start a job for each request."""
        return self.job(self._work(message))

    def _work(self, message: StoreMessage) -> Coroutine[Any, Any, object]:
        db, vault = self._opened()
        match message:
            case LocateDatabase():
                return _value(self._dsn)
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
            case (
                AdmitSession() | ExpireSession() | DismissSession() | SaveSession() | LoadSession()
            ):
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
            case (
                NoteFlood()
                | LoadFloods()
                | TakeDue()
                | ChannelDone()
                | DueAccounts()
                | TellUnread()
                | AddReport()
                | LastReport()
                | SetEvery()
            ):
                return _of_schedule(db, message)
            case _:
                assert_never(message)

    def _opened(self) -> tuple[Database, Vault]:
        if self._db is None or self._vault is None:
            raise RuntimeError("the store was asked before it had started")
        return self._db, self._vault

    def _open_vault(self, data: Path) -> Vault:
        keys = self._settings.keys
        return Vault(keys) if keys else Vault.from_file(data / "session.key")


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
            return _tuple(posts.follow(db, message.hold, message.seen, complete=message.complete))
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


def _of_schedule(
    db: Database,
    message: (
        NoteFlood
        | LoadFloods
        | TakeDue
        | ChannelDone
        | DueAccounts
        | TellUnread
        | AddReport
        | LastReport
        | SetEvery
    ),
) -> Coroutine[Any, Any, object]:
    match message:
        case LoadFloods():
            return _value({})
        case TakeDue() | DueAccounts():
            return _value(())
        case _:
            return _value(None)


async def _value(value: T) -> T:
    return value


async def _tuple(rows: Awaitable[Iterable[T]]) -> tuple[T, ...]:
    return tuple(await rows)
