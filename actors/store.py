"""The actor that owns the database."""

from __future__ import annotations

import asyncio
from pathlib import Path

from actors.messages import (
    StoreMessage,
)
from actors.settings import Settings
from actors.storing import work
from runtime import Actor, ActorError, Refusal
from runtime.logs import get_logger
from storage.database import Database
from storage.embedded import Postgres
from storage.errors import StorageError
from storage.house_lock import HouseLock
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
        most = self._settings.channels_per_account
        return self.job(work(*self._opened(), self._dsn, message, most=most))

    def _opened(self) -> tuple[Database, Vault]:
        if self._db is None or self._vault is None:
            raise RuntimeError("the store was asked before it had started")
        return self._db, self._vault

    def _open_vault(self, data: Path) -> Vault:
        keys = self._settings.keys
        return Vault(keys) if keys else Vault.from_file(data / "session.key")
