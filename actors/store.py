"""The actor that owns the database."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, assert_never

from actors.messages import (
    CountPosts,
    Follow,
    ListAccounts,
    ListChannels,
    ListPosts,
    LoadAccount,
    LoadSession,
    SaveSession,
    SaveTransition,
    StoreBatch,
    StoreMessage,
)
from actors.settings import Settings
from actors.values import Channel, Post
from runtime import Actor, ActorError, Refusal
from runtime.logs import get_logger
from storage import accounts, posts, sessions
from storage.database import Database
from storage.embedded import Postgres
from storage.errors import StorageError
from storage.house_lock import HouseLock
from storage.rows import AccountRow, ChannelSeen, ChannelState
from storage.sessions import Vault

log = get_logger("actors")


class StoreActor(Actor[StoreMessage]):
    """Keep the archive, and keep other houses out of its data folder.

    Each request is a job over the pool of connections, so none waits for another.
    """

    refusals = (Refusal, ActorError, StorageError)

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock: HouseLock | None = None
        self._postgres: Postgres | None = None
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

    def _work(  # noqa: C901  one arm per message
        self, message: StoreMessage
    ) -> Coroutine[Any, Any, object]:
        db, vault = self._opened()
        match message:
            case LoadAccount():
                return accounts.load(db, message.account)
            case ListAccounts():
                return _all_accounts(db)
            case SaveTransition():
                return _transition(db, vault, message)
            case SaveSession():
                return sessions.save(db, vault, message.account, message.record)
            case LoadSession():
                return sessions.load(db, vault, message.account)
            case Follow():
                return _follow(db, message.account, message.seen)
            case StoreBatch():
                return posts.store(db, message.batch)
            case ListChannels():
                return _channels(db, message.account)
            case ListPosts():
                return _newest(db, message)
            case CountPosts():
                return posts.count(db, message.account)
            case _:
                assert_never(message)

    def _opened(self) -> tuple[Database, Vault]:
        if self._db is None or self._vault is None:
            raise RuntimeError("the store was asked before it had started")
        return self._db, self._vault

    def _open_vault(self, data: Path) -> Vault:
        keys = self._settings.keys
        return Vault(keys) if keys else Vault.from_file(data / "session.key")


async def _all_accounts(db: Database) -> tuple[AccountRow, ...]:
    return tuple(await accounts.all(db))


async def _follow(
    db: Database, account: int, seen: tuple[ChannelSeen, ...]
) -> tuple[ChannelState, ...]:
    return tuple(await posts.follow(db, account, seen))


async def _transition(db: Database, vault: Vault, message: SaveTransition) -> AccountRow:
    if message.record is None:
        return await accounts.transition(db, message.account, message.state, message.reason)
    return await sessions.admit(
        db, vault, message.account, message.state, message.reason, message.record
    )


async def _channels(db: Database, account: int) -> tuple[Channel, ...]:
    return tuple(await posts.channels(db, account))


async def _newest(db: Database, message: ListPosts) -> tuple[Post, ...]:
    return tuple(await posts.newest(db, message.account, message.limit, message.channel))
