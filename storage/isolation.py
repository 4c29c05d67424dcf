"""The second lock on what accounts read.

Theory of operation. Each statement that reads for an account names it. Besides, it runs as a role
to whom the database shows nothing but that account's rows, whatever a statement asks for, and no
rows at all unless the transaction says whose they are.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from storage.database import Connection, Database
from storage.meaning_queries import meaning_sql


@asynccontextmanager
async def reading_as(db: Database, account: int) -> AsyncIterator[Connection]:
    """Open a transaction that reads, and sees what one account may see."""
    async with db.connection() as connection:  # undone there, should anything fail
        # In one message: everything that is read waits for it. Only a whole number fits in.
        await connection.execute(f"BEGIN READ ONLY; {meaning_sql.read_as.format(account)}")
        yield connection
        await connection.execute("COMMIT")
