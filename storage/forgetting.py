"""The forgetting of accounts."""

from storage import invites, login_links, visitors
from storage.database import Database
from storage.errors import LeaseLost
from storage.leases import decisive
from storage.queries import sql
from storage.rows import Forgotten, Hold
from storage.subscriptions import clean_on

FORGET_SECONDS = 600.0  # for one statement: an account may be the last to follow large channels


async def forget(db: Database, hold: Hold) -> Forgotten:
    """Delete a held account, all that is its own, and the channels that nobody else follows.

    All or nothing; what other accounts may see stays, and that the account is banned.
    """
    fence = (hold.account, hold.incarnation, hold.epoch)
    async with decisive(db) as connection:
        if await connection.fetchrow(sql.lock_account, *fence) is None:
            raise LeaseLost(hold.account)
        seen = await connection.fetch(sql.lock_seen_channels, hold.account)
        await invites.forget_on(connection, hold.account)
        await connection.execute(sql.forget_notices, hold.account)
        await visitors.forget_on(connection, hold.account)
        await login_links.forget_on(connection, hold.account)
        await connection.execute(sql.delete_account, hold.account, timeout=FORGET_SECONDS)
        # Only now: another statement's end is another look at who follows what.
        gone = await clean_on(connection, [row["id"] for row in seen])
    return Forgotten(
        account=hold.account, subscriptions=len(seen), channels=gone.channels, posts=gone.posts
    )
