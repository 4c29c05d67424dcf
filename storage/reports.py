"""What parses committed."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from storage.database import Database
from storage.errors import UnknownAccount
from storage.isolation import reading_as
from storage.queries import sql
from storage.rows import ReportRow
from storage.text import json_text


async def add(db: Database, account: int, began_at: datetime, report: Mapping[str, Any]) -> int:
    """Keep a report of plain values for 90 days, and return its id."""
    added = await db.fetch_value(sql.add_report, account, began_at, json_text(report))
    if added is None:
        raise UnknownAccount(account)
    return int(added)


async def last(db: Database, account: int) -> ReportRow | None:
    """Return the account's newest report, if it has any."""
    async with reading_as(db, account) as connection:
        row = await connection.fetchrow(sql.last_report, account)
    return None if row is None else ReportRow(**{**row, "report": json.loads(row["report"])})
