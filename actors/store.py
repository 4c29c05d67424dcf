"""The actor that owns the database."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Coroutine, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar, assert_never

from actors.login import State
from actors.messages import (
    AdmitSession,
    ClaimInvite,
    CountPosts,
    DismissSession,
    ExpireSession,
    Follow,
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
    StoreBatch,
    StoreMessage,
    WasAdmitted,
)
from actors.settings import Settings
from runtime import Actor, ActorError, Refusal
from runtime.logs import get_logger
from storage import accounts, forgetting, invites, notices, posts, sessions
from storage.database import Database
from storage.embedded import Postgres
from storage.errors import StorageError
from storage.house_lock import HouseLock
from storage.rows import ChannelState
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
            case Follow() | StoreBatch() | ListChannels() | ListPosts() | CountPosts():
                return _of_posts(db, message)
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


def _of_posts(
    db: Database, message: Follow | StoreBatch | ListChannels | ListPosts | CountPosts
) -> Coroutine[Any, Any, object]:
    match message:
        case Follow():
            return _followed(db, message)
        case StoreBatch():
            return posts.store(db, message.hold, message.batch)
        case ListChannels():
            return _tuple(posts.channels(db, message.account))
        case ListPosts():
            return _tuple(posts.newest(db, message.account, message.limit, message.channel))
        case CountPosts():
            return posts.count(db, message.account)


async def _followed(db: Database, message: Follow) -> tuple[ChannelState, ...]:
    """Follow, and let the account see all of the channels that are new to it."""
    states = await posts.follow(db, message.hold, message.seen)
    for state in states:
        if state.visible_from is None:
            await posts.sees_from(db, message.hold, state.id, 0)
    return tuple([replace(state, visible_from=state.visible_from or 0) for state in states])


async def _value(value: T) -> T:
    return value


async def _tuple(rows: Awaitable[Iterable[T]]) -> tuple[T, ...]:
    return tuple(await rows)
