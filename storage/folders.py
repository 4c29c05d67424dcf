"""The folders of chats that an account follows."""

from collections.abc import Sequence

from storage.database import Connection, Database
from storage.errors import LeaseLost, UnknownAccount
from storage.leases import decisive
from storage.queries import sql
from storage.rows import Folder, FollowedFolder, Hold
from storage.text import storable


async def followed(db: Database, account: int) -> list[FollowedFolder]:
    """Return the folders that an account follows, in the order in which it began to."""
    return [FollowedFolder(**row) for row in await db.fetch(sql.folders, account)]


async def follow(db: Database, hold: Hold, folder: int, title: str) -> None:
    """Let a held account follow a folder; with the first one, no more of its list than that.

    What this changes is decided with its next list.
    """
    async with decisive(db) as connection:
        fence = (hold.account, hold.incarnation, hold.epoch)
        if await connection.fetchrow(sql.lock_account, *fence) is None:
            raise LeaseLost(hold.account)
        await connection.execute(sql.follow_folder, hold.account, folder, storable(title))


async def unfollow(db: Database, account: int, folder: int) -> bool:
    """Let an account follow a folder no more; False if it did not.

    What this changes is decided with its next list, which is due at once: without any folder, the
    whole list is followed again.
    """
    async with decisive(db) as connection:
        if await connection.fetchrow(sql.lock_anyones_account, account) is None:
            raise UnknownAccount(account)
        return await connection.fetchval(sql.unfollow_folder, account, folder) is not None


async def chosen_on(
    connection: Connection, account: int, found: Sequence[Folder] | None
) -> list[int]:
    """Return the ids of the folders that an account follows, in whatever transaction this is.

    What was found at Telegram is noted: what they are called, and which are gone.
    """
    if found is not None:
        ids, titles = [each.id for each in found], [storable(each.title) for each in found]
        await connection.execute(sql.see_folders, account, ids, titles)
    return [row["id"] for row in await connection.fetch(sql.folders, account)]
