"""Which archive a data folder belongs to.

Theory of operation. A database is given a number of its own when its schema is made, which goes
with its backups; a data folder remembers the number of the database it was first opened with. If
another one is found there, the volume of the database was lost, or somebody else's is named: going
on would begin anew beside what people believe to be kept, or mix up two archives. So it is refused
until somebody says that this very one is meant. Of many folders that remember one database each
may open it.
"""

import asyncio
import os
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from storage.data_folder import reason
from storage.database import Database
from storage.errors import DataFolderUnusable
from storage.keeping_errors import StoreForeign
from storage.service_queries import service_sql

FILE = "archive.id"
MODE = 0o600


@dataclass(frozen=True, slots=True)
class Identity:
    """An archive, as it says itself."""

    id: UUID
    empty: bool
    """Whether it holds no account and no post."""


async def find(db: Database) -> Identity | None:
    """Return which archive a database holds, None if none that says so."""
    if not await db.fetch_value(service_sql.has_house):
        return None
    row = await db.fetch_row(service_sql.identity)
    assert row is not None, "there is one house"  # noqa: S101
    return Identity(row["identity"], row["empty"])


def check(
    found: Identity, remembered: UUID | None, where: str, *, accepted: UUID | None = None
) -> None:
    """Refuse an archive that is not the one a folder belongs to, unless it is the accepted one."""
    if remembered in {None, found.id} or accepted == found.id:
        return
    what = "it is empty" if found.empty else "it holds another archive"
    raise StoreForeign(where, str(remembered), str(found.id), what)


def recall(data: Path) -> UUID | None:
    """Return the archive a data folder belongs to, None if it remembers none."""
    path = data / FILE
    try:
        return UUID(path.read_text(encoding="ascii").strip())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise DataFolderUnusable(str(path), reason(error)) from error
    except ValueError as error:
        why = "it does not say which archive the folder belongs to; delete it if you know"
        raise DataFolderUnusable(str(path), why) from error


def remember(data: Path, archive: UUID) -> None:
    """Let a data folder belong to an archive, whole or not at all."""
    path = data / FILE
    fresh = path.with_name(f"{FILE}.new")
    try:
        if recall(data) == archive:
            return
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, MODE), "w") as file:
            file.write(f"{archive}\n")
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
        sync(data)
    except OSError as error:
        raise DataFolderUnusable(str(path), reason(error)) from error


def sync(folder: Path) -> None:
    """Have the names in a folder survive a loss of power."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


async def admit(db: Database, data: Path, *, accepted: UUID | None = None) -> UUID:
    """Bring a database's schema up to date and let the folder belong to it, or refuse it.

    One that says which it is is judged before anything in it is changed.
    """
    remembered = await asyncio.to_thread(recall, data)
    found = await find(db)
    if found is not None:
        check(found, remembered, db.where, accepted=accepted)
    await db.migrate()
    if found is None:
        found = await find(db)
        assert found is not None, "the schema has a house"  # noqa: S101
        check(found, remembered, db.where, accepted=accepted)
    await asyncio.to_thread(remember, data, found.id)
    return found.id
