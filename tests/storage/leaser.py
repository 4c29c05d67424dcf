"""A program that holds an account and writes to it when it is told to."""

import asyncio
import sys

from storage import accounts, leases
from storage.database import Database
from storage.errors import LeaseLost
from storage.rows import Hold


async def main(dsn: str, ttl: float) -> None:
    """Claim account 42, renew, and write a state for each line that is read."""
    async with await Database.open(dsn) as db:
        me = await leases.register(db, name="leaser", place="elsewhere", ttl=ttl)
        hold = (await leases.claim(db, me, 42, ttl=ttl, margin=ttl / 5)).hold
        renewing = asyncio.create_task(renew(db, me, ttl))
        print("holding", flush=True)
        while await asyncio.to_thread(sys.stdin.readline):
            print(await write(db, hold), flush=True)
        renewing.cancel()


async def renew(db: Database, me: str, ttl: float) -> None:
    """Renew until the lease is lost."""
    while True:
        await asyncio.sleep(ttl / 4)
        if not await leases.renew(db, me, ttl=ttl):
            return


async def write(db: Database, hold: Hold) -> str:
    """Write, and say what came of it."""
    try:
        await accounts.transition(db, hold, "READY", None)
    except LeaseLost as lost:
        return f"LeaseLost: {lost}"
    return "written"


asyncio.run(main(sys.argv[1], float(sys.argv[2])))
