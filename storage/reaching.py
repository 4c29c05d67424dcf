"""The database of a data folder, for as long as it is needed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from storage.embedded import Postgres
from storage.embedded.place import existing_home
from storage.house_lock import HouseLock
from storage.keeping_errors import NothingToBackUp


@asynccontextmanager
async def reached(data: Path, dsn: str | None) -> AsyncIterator[str]:
    """Reach an archive that is there, beside whoever has it; yields its address.

    Raises `NothingToBackUp`, and makes nothing, where there is none.
    """
    if dsn is not None:
        yield dsn
        return
    if await asyncio.to_thread(existing_home, data) is None:
        raise NothingToBackUp(str(data))
    async with _started(data) as address:
        yield address


@asynccontextmanager
async def taken(data: Path, dsn: str | None) -> AsyncIterator[str]:
    """Take a data folder for oneself, and reach its database, or make one; yields its address.

    Raises `HouseLocked`.
    """
    lock = await asyncio.to_thread(HouseLock.acquire, data)
    try:
        if dsn is not None:
            yield dsn
            return
        async with _started(data) as address:
            yield address
    finally:
        lock.release()


@asynccontextmanager
async def _started(data: Path) -> AsyncIterator[str]:
    postgres = await asyncio.to_thread(Postgres.start, data)
    try:
        yield postgres.dsn
    finally:
        await asyncio.to_thread(postgres.stop)
