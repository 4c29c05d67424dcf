"""How accounts come to follow channels: by their list, by its folders, or by name."""

from collections.abc import Sequence
from datetime import timedelta

from storage import folders as folders_of
from storage.database import Connection, Database
from storage.errors import TooManyFollowed
from storage.leases import decisive
from storage.queries import sql
from storage.rows import ChannelSeen, ChannelState, Folder, Hold
from storage.standing import Listed, Standing, decide
from storage.subscriptions import lock_on, states_on
from storage.text import storable

Depth = int | timedelta
"""How much of a channel's past is wanted: so many posts, or so long ago."""


async def follow(
    db: Database,
    hold: Hold,
    seen: Sequence[ChannelSeen],
    complete: bool = True,
    *,
    folders: Sequence[Folder] | None = None,
    most: int | None = None,
) -> list[ChannelState]:
    """Confirm that a held account is a member of these channels, and follow those that are new.

    If the list is complete, what is not in it was left; what the user chose from outside, and what
    the user does not want, stays so. An account that follows folders follows of the list what is in
    these: `folders` are all that it has, None if nobody has looked. It follows no more than `most`,
    or what its invite says. Return the states of all that it follows now, in its order; of channels
    given twice the first counts.
    """
    first: dict[int, ChannelSeen] = {}
    for channel in seen:
        first.setdefault(channel.id, channel)
    unique = list(first.values())
    async with decisive(db) as connection:
        await lock_on(connection, hold)
        await _see(connection, unique)
        chosen = await folders_of.chosen_on(connection, hold.account, folders)
        listed = Listed(channels=list(first), complete=complete, chosen=chosen, folders=folders)
        limit = await _limit(connection, hold.account, most)
        await _stand(connection, hold.account, unique, listed, limit)
        return await states_on(connection, hold.account, None)


async def follow_one(
    db: Database,
    hold: Hold,
    seen: ChannelSeen,
    depth: Depth | None,
    source: str,
    *,
    most: int | None = None,
) -> ChannelState:
    """Follow a channel by the user's own choice, as one that the account can read just now.

    Raises `TooManyFollowed` if the account follows as many as it may.
    """
    posts = depth if isinstance(depth, int) else None
    reach = depth if isinstance(depth, timedelta) else None
    async with decisive(db) as connection:
        await lock_on(connection, hold)
        await _have_room(connection, hold.account, seen.id, most)
        await _see(connection, [seen])
        await connection.execute(
            sql.subscribe_one,
            hold.account,
            seen.id,
            seen.access_hash,
            seen.top,
            posts,
            reach,
            storable(source),
        )
        (state,) = await states_on(connection, hold.account, seen.id)
    return state


async def see(db: Database, hold: Hold, seen: ChannelSeen) -> None:
    """Note what a channel is called now, as a held account sees it."""
    async with decisive(db) as connection:
        await lock_on(connection, hold)
        await _see(connection, [seen])


async def have_room(db: Database, account: int, *, most: int | None) -> None:
    """Raise `TooManyFollowed` if an account follows as many channels as it may."""
    async with db.connection() as connection:
        await _have_room(connection, account, None, most)


async def _limit(connection: Connection, account: int, most: int | None) -> int | None:
    """How many channels an account may follow: by its invite, or as many as anybody."""
    own: int | None = await connection.fetchval(sql.channel_limit, account)
    return most if own is None else own


async def _have_room(
    connection: Connection, account: int, channel: int | None, most: int | None
) -> None:
    limit = await _limit(connection, account, most)
    if limit is None:
        return
    if await connection.fetchval(sql.count_followed, account, channel) >= limit:
        raise TooManyFollowed(account, limit)


async def _stand(
    connection: Connection,
    account: int,
    seen: Sequence[ChannelSeen],
    listed: Listed,
    most: int | None,
) -> None:
    """Write how an account stands to its channels from now on."""
    rows = await connection.fetch(sql.standings, account)
    before = {row["channel"]: Standing(**row) for row in rows}
    after = decide(before, listed, most)
    await connection.execute(
        sql.subscribe,
        account,
        [channel.id for channel in seen],
        [channel.access_hash for channel in seen],
        [channel.top for channel in seen],
        [storable(after[channel.id].source) for channel in seen],
        [after[channel.id].why for channel in seen],
    )
    unseen = after.keys() - {channel.id for channel in seen}
    changed = sorted(each for each in unseen if after[each].why != before[each].why)
    whys = [after[each].why for each in changed]
    await connection.execute(sql.restand, account, changed, whys)


async def _see(connection: Connection, seen: Sequence[ChannelSeen]) -> None:
    ids = [channel.id for channel in seen]
    names = [channel.username and storable(channel.username) for channel in seen]
    # A name is one channel's at a time: who had it before is somebody else by now.
    former = [row["id"] for row in await connection.fetch(sql.former_owners, ids, names)]
    if former:
        await connection.execute(sql.lock_channels, sorted({*ids, *former}))
        await connection.execute(sql.take_names, former)
    await connection.execute(
        sql.see_channels,
        ids,
        [storable(channel.title) for channel in seen],
        names,
        [channel.protected for channel in seen],
        [channel.pts for channel in seen],
    )
