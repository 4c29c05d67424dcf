"""Notices, each told once per occurrence."""

import json
from collections.abc import Mapping
from typing import Any

import asyncpg

from storage.database import Connection, Database, Row
from storage.errors import UnknownAccount
from storage.isolation import reading_as
from storage.queries import sql
from storage.rows import NoticeRow
from storage.text import json_text, storable

MOST = 1000


async def write_on(
    connection: Connection,
    account: int | None,
    kind: str,
    occurrence: str,
    data: Mapping[str, Any],
) -> bool:
    """Write a notice in the transaction of its cause; False if that occurrence was told already.

    Without an account it is the operator's: an account that it speaks of is named as
    `data["account"]` and nowhere else, so that forgetting the account removes it.
    """
    values = (account, storable(kind), storable(occurrence), json_text(data))
    try:
        return bool(await connection.fetchval(sql.write_notice, *values))
    except asyncpg.ForeignKeyViolationError as error:
        raise UnknownAccount(account or 0) from error


async def pending(db: Database, *, account: int | None = None, limit: int) -> list[NoticeRow]:
    """Return what is not delivered yet, to one account or to anybody, oldest first."""
    if not 0 < limit <= MOST:
        msg = f"limit must be from 1 to {MOST}, not {limit}"
        raise ValueError(msg)
    if account is None:
        rows = await db.fetch(sql.pending_notices, None, limit)
    else:
        async with reading_as(db, account) as connection:
            rows = await connection.fetch(sql.pending_notices, account, limit)
    return [_notice(row) for row in rows]


async def delivered(db: Database, id: int) -> bool:  # noqa: A002  read as delivered(db, id)
    """Mark a notice as delivered; False if it was already, or is gone."""
    return await db.fetch_value(sql.deliver_notice, id) is not None


def _notice(row: Row) -> NoticeRow:
    return NoticeRow(**{**row, "data": json.loads(row["data"])})
