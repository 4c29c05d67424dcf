"""A program that rotates the keys of a database, one record at a time."""

import asyncio
import sys
from pathlib import Path

from storage import sessions
from storage.database import Database
from storage.sessions import Vault


async def main() -> None:
    """Rotate with the keys of a file."""
    async with await Database.open(sys.argv[1]) as db:
        await sessions.rotate(db, Vault.from_file(Path(sys.argv[2])), batch=1)


asyncio.run(main())
