"""The actor that owns the database."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from actors.meaning_messages import BeginWork
from actors.messages import StoreMessage
from actors.room import Room
from actors.settings import Settings
from actors.store_messages import StoreBatch, TakeDue
from actors.storing import work
from runtime import Actor, ActorError, Refusal
from runtime.logs import get_logger
from storage import identity
from storage.database import Database
from storage.embedded import Postgres
from storage.errors import StorageError
from storage.house_lock import HouseLock
from storage.sessions import Vault
from storage.space import Space
from storage.work import take_over

log = get_logger("actors")


_GROWING = (StoreBatch, TakeDue)
"""What fills the disk, or leads to it."""


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
        self._room: Room | None = None

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
        await identity.admit(self._db, data, accepted=self._settings.accept_store)
        if self._postgres is not None:  # a server of one's own looks after its own disk
            self._room = Room(Space(data, self._settings.free_space_mb), self._db)

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
        if self._room is not None and isinstance(message, _GROWING):
            return self.job(self._within(self._room, message))
        return self.job(self._work(message))

    def _work(self, message: StoreMessage) -> Coroutine[Any, Any, object]:
        most = self._settings.channels_per_account
        db, vault = self._opened()
        if isinstance(message, BeginWork):
            return take_over(db, self._held())
        return work(db, vault, self._dsn, message, most=most)

    async def _within(self, room: Room, message: StoreMessage) -> object:
        """Do what is asked if there is room for it."""
        await room.check()
        return await self._work(message)

    def _opened(self) -> tuple[Database, Vault]:
        if self._db is None or self._vault is None:
            raise RuntimeError("the store was asked before it had started")
        return self._db, self._vault

    def _held(self) -> HouseLock:
        if self._lock is None:
            raise RuntimeError("the store was asked before it had started")
        return self._lock

    def _open_vault(self, data: Path) -> Vault:
        keys = self._settings.keys
        return Vault(keys) if keys else Vault.from_file(data / "session.key")
