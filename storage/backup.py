"""Backups of an archive.

Theory of operation. A backup is what pg_dump writes of one moment, while others go on writing; it
takes its name only when it is whole and on the disk. It holds the sessions as they are sealed, and
never the keys. It is restored into a database in which nobody has an account or a post, all of it
or nothing. The store of vectors is not in it: the index is built anew from the posts.
"""

import asyncio
import os
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from storage import client_programs, migrations, parts, traits
from storage.client_programs import Program
from storage.data_folder import reason
from storage.database import Connection, Database
from storage.errors import DatabaseNewer
from storage.identity import find, sync
from storage.keeping_errors import (
    BackupFailed,
    BackupToolTooOld,
    BackupUnreadable,
    NothingToBackUp,
    RestoreFailed,
    StoreNotEmpty,
)
from storage.parts import MAGIC
from storage.service_queries import service_sql

MODE = 0o600
MAJOR = 10000  # in the number of a server's version
LOCK_WAIT = "--lock-wait-timeout=60000"  # milliseconds
COMMAND = 'pg_dump --format=custom --no-owner --file=FILE "$TGACTORS_DATABASE_URL"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A backup that was written."""

    bytes: int
    archive: UUID


async def write(dsn: str, path: Path) -> Backup:
    """Write a backup of the database as it is now, whole or not at all.

    A file of that name is replaced by it; what backups that were killed have left half-written in
    its folder is removed. Raises `NothingToBackUp`, `BackupToolTooOld` or `BackupFailed`.
    """
    async with await Database.open(dsn, connections=1) as db:
        found = await find(db)
        if found is None:
            raise NothingToBackUp(db.where)
        server = await db.fetch_value(service_sql.server_version) // MAJOR
    program = await client_programs.newest("pg_dump")
    if program.major < server:
        raise BackupToolTooOld(server, program.major, COMMAND)
    try:
        await asyncio.to_thread(parts.sweep, path.parent)
        with parts.begun(path, MODE) as part:
            options = ("--format=custom", "--no-owner", LOCK_WAIT, f"--file={part}")
            ended = await client_programs.run(program, *options, dsn=dsn)
            if ended.trouble is not None:
                raise BackupFailed(str(path), ended.trouble)
            size = await asyncio.to_thread(_settle, part, path)
    except OSError as error:
        raise BackupFailed(str(path), reason(error)) from error
    return Backup(bytes=size, archive=found.id)


async def restore(dsn: str, path: Path) -> UUID:
    """Bring a backup back into a database in which nobody has an account or a post.

    All of it, or nothing; then the schema is brought up to date. Returns which archive it is.
    Raises `BackupUnreadable`, `StoreNotEmpty` or `RestoreFailed`.
    """
    program = await client_programs.newest("pg_restore")
    await _check_readable(program, path)
    async with await Database.open(dsn, connections=1) as db:
        async with db.transaction() as connection:
            await _make_way(connection, db.where)
        options = ("--single-transaction", "--exit-on-error", "--no-owner", str(path))
        ended = await client_programs.run(program, *options, dsn=dsn)
        if ended.trouble is not None:
            raise RestoreFailed(db.where, ended.trouble)
        await db.migrate()
        found = await find(db)
    assert found is not None, "the schema has a house"  # noqa: S101
    return found.id


async def _check_readable(program: Program, path: Path) -> None:
    """Refuse a file that is no backup of ours, or one of a newer schema."""
    try:
        start = await asyncio.to_thread(_start, path)
    except OSError as error:
        raise BackupUnreadable(str(path), reason(error)) from error
    if start != MAGIC:
        raise BackupUnreadable(str(path), "something else has written it")
    options = ("--data-only", "--table=migrations", "--file=-")
    ended = await client_programs.run(program, *options, str(path))
    if ended.trouble is not None:
        raise BackupUnreadable(str(path), ended.trouble)
    rows = ended.told.partition("FROM stdin;\n")[2].partition("\n\\.")[0].splitlines()
    steps = [int(row.split("\t")[0]) for row in rows if row[:1].isdigit()]
    if not steps:
        raise BackupUnreadable(str(path), "it is of another database")
    if max(steps) > len(migrations.KNOWN):
        raise DatabaseNewer(max(steps), len(migrations.KNOWN))


async def _make_way(connection: Connection, where: str) -> None:
    """Refuse a database in which there is something; remove a schema in which nothing is."""
    found = await traits.read(connection)
    traits.check(found, where)
    traits.check_rights(found, where)
    if found.reader is None:
        await connection.execute(service_sql.create_reader)
    if found.reader != "ready":
        await connection.execute(service_sql.let_in_reader)
    if found.applied is None:
        return
    if await connection.fetchval(service_sql.has_house):
        row = await connection.fetchrow(service_sql.identity)
        if row is None or not row["empty"]:
            raise StoreNotEmpty(where)
    else:  # it was made before archives had a number
        raise StoreNotEmpty(where)
    for row in await connection.fetch(service_sql.schema_removals):
        await connection.execute(row["statement"])


def _start(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(len(MAGIC))


def _settle(part: Path, path: Path) -> int:
    """Have a whole file survive a loss of power, and only then give it its name."""
    fd = os.open(part, os.O_RDONLY)
    try:
        os.fsync(fd)
        size = os.fstat(fd).st_size
    finally:
        os.close(fd)
    part.replace(path)
    sync(path.parent)
    return size
