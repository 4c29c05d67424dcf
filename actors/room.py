"""The room for what is read, watched while it is stored."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from actors.whole import whole
from runtime.logs import get_logger
from storage import notices
from storage.database import Database
from storage.space import Space

log = get_logger("actors")


class Room:
    """Refuses what would fill the disk; the operator is told once, and once when there is room."""

    def __init__(self, space: Space, db: Database) -> None:
        self._space = space
        self._db = db
        self._short_since: datetime | None = None

    async def check(self) -> None:
        """Raise `NoSpace` if nothing more may be stored; the disk is looked at now and then."""
        if not self._space.is_known:
            await asyncio.to_thread(self._space.look)
        shortage, since = self._space.shortage(), self._short_since
        if shortage is not None:
            if since is None:
                self._short_since = datetime.now(UTC)
                log.warning("space.short", free=shortage.free, floor=shortage.floor)
                found = (shortage.free, shortage.floor)
                # Others are refused meanwhile, and whoever is asked may be told to leave.
                await whole(self._tell("no_space", self._short_since, *found))
            raise shortage
        if since is not None:
            self._short_since = None
            log.info("space.found", since=since.isoformat())
            await whole(self._tell("space_again", since))

    async def _tell(self, kind: str, since: datetime, *found: int) -> None:
        data = {"since": since.isoformat()} | dict(zip(("free", "floor"), found, strict=False))
        async with self._db.transaction() as connection:
            await notices.write_on(connection, None, kind, since.isoformat(), data)
