"""Posts, as they are found, change and vanish."""

from datetime import datetime

import asyncpg

from storage.amending import Changes, changes, made, more
from storage.columns import columns, stored_post
from storage.database import Connection, Database, Row, coverage
from storage.errors import LeaseLost, UnknownChannel
from storage.following import Depth, follow, follow_one, have_room, see
from storage.leases import decisive
from storage.meaning_queries import meaning_sql
from storage.queries import sql
from storage.reads import MOST, channels, count, newest, permalink, post
from storage.rows import Amended, Amendment, Batch, Hold, PostRow, Stored
from storage.subscriptions import clean, lost, reached, readers, sees_from, state, unfollow

__all__ = [
    "MOST",
    "Depth",
    "amend",
    "channels",
    "clean",
    "count",
    "follow",
    "follow_one",
    "have_room",
    "lost",
    "newest",
    "permalink",
    "post",
    "reached",
    "readers",
    "remove_on",
    "see",
    "sees_from",
    "state",
    "store",
    "unfollow",
]

_ALBUM = "posts_album"


async def store(db: Database, hold: Hold, batch: Batch) -> Stored:
    """Store a batch that a held account read, and grow the channel's coverage, in one transaction.

    Each post that is new is enqueued for tagging and indexing. A post that is held already stays
    as it is, but an album takes in what was not held of it. A wrong batch is a ValueError before
    any I/O.
    """
    _check(batch)
    posts = made(batch.posts)
    async with db.connection() as connection:
        try:
            return await _insert(connection, hold, batch, posts)
        except (asyncpg.UniqueViolationError, asyncpg.NotNullViolationError) as error:
            if error.constraint_name != _ALBUM and error.column_name != "parts":
                raise
    return await _store_parts(db, hold, batch, posts)


async def amend(db: Database, hold: Hold, amendment: Amendment) -> Amended:
    """Write what has become of held posts, and how far that is known, in one transaction.

    A post that holds something else is enqueued again, one that is gone for its removal; counts
    are refreshed silently. What a window does not show is gone only if the account may see it.
    """
    _check_messages(amendment.channel_id, amendment.seen)
    if not amendment.reach:  # nothing that is held can change: one statement is its transaction
        async with db.connection() as connection:
            await _note(connection, hold, amendment)
        return Amended(edited=0, deleted=0)
    async with decisive(db) as connection:
        sight = await _lock(connection, hold, amendment.channel_id)
        held = await _held(connection, amendment)
        found = changes(held, amendment, sight["visible_from"])
        await _write(connection, amendment.channel_id, found)
        await _note(connection, hold, amendment)
    return Amended(edited=len(found.edited), deleted=len(found.gone))


async def remove_on(connection: Connection, channel: int, ids: list[int]) -> None:
    """Delete posts of a channel that is locked, and have the index forget them."""
    await _write(connection, channel, Changes(gone=ids))


async def _insert(connection: Connection, hold: Hold, batch: Batch, posts: list[PostRow]) -> Stored:
    row = await connection.fetchrow(
        sql.store_posts,
        batch.channel_id,
        *batch.read,
        batch.floor,
        [columns(post) for post in posts],
        hold.account,
        hold.incarnation,
        hold.epoch,
    )
    assert row is not None, "it selects from nothing"  # noqa: S101
    if not row["held"]:
        raise LeaseLost(hold.account)
    if row["coverage"] is None:
        raise UnknownChannel(batch.channel_id)
    return Stored(added=row["added"], coverage=coverage(row["coverage"]))


async def _store_parts(db: Database, hold: Hold, batch: Batch, posts: list[PostRow]) -> Stored:
    """Store a batch with messages of albums that are held."""
    albums = {each.content.album: each for each in posts}
    async with decisive(db) as connection:
        await _lock(connection, hold, batch.channel_id)
        rows = await connection.fetch(sql.held_albums, batch.channel_id, list(albums))
        found = Changes()
        held = {each.content.album: each for each in (stored_post(row) for row in rows)}
        for album, each in held.items():
            found.note(each, more(each, albums[album]))
        await _write(connection, batch.channel_id, found)
        rest = [post for post in posts if post.content.album not in held]
        return await _insert(connection, hold, batch, rest)


async def _lock(connection: Connection, hold: Hold, channel: int) -> Row:
    fence = (hold.account, hold.incarnation, hold.epoch)
    if await connection.fetchrow(sql.keep_hold, *fence) is None:
        raise LeaseLost(hold.account)
    row = await connection.fetchrow(sql.lock_channel, channel, hold.account)
    if row is None:
        raise UnknownChannel(channel)
    return row


async def _held(connection: Connection, amendment: Amendment) -> list[PostRow]:
    """The posts that an amendment may change."""
    low, high = amendment.window or (0, 0)
    reach = amendment.reach
    rows = await connection.fetch(
        sql.held_posts, amendment.channel_id, amendment.ids, low, high, min(reach), max(reach)
    )
    return [stored_post(row) for row in rows]


async def _note(connection: Connection, hold: Hold, amendment: Amendment) -> None:
    """Write how far a channel's changes are known."""
    row = await connection.fetchrow(
        sql.note_reading,
        amendment.channel_id,
        amendment.pts,
        amendment.window is not None and amendment.swept_to is None,  # the newest were looked at
        amendment.swept_to,
        hold.account,
        hold.incarnation,
        hold.epoch,
    )
    assert row is not None, "it selects from nothing"  # noqa: S101
    if not row["held"]:
        raise LeaseLost(hold.account)
    if not row["known"]:
        raise UnknownChannel(amendment.channel_id)


async def _write(connection: Connection, channel: int, found: Changes) -> None:
    written = found.written
    if found.edited or found.gone:
        # What is enqueued below would be enqueued once more later, done meanwhile or not.
        await connection.execute(sql.spread_arrivals, channel)
    if found.gone:
        await connection.execute(sql.remove_posts, channel, found.gone)
    if written:
        new = [columns(post) for post in written.values()]
        await connection.execute(sql.change_posts, channel, list(written), new)
    if found.left:
        await connection.execute(sql.disarm_work, channel, found.left)
    if found.edited:
        ids = [post.id for post in found.edited.values()]
        await connection.execute(sql.lock_work_of, channel, ids)
        # Only now: another statement is another look at what a worker has kept of it meanwhile.
        await connection.execute(meaning_sql.void_meaning, channel, ids)
        await connection.execute(meaning_sql.renew_words, channel, ids)
        await connection.execute(sql.arm_work, channel, ids)


def _check(batch: Batch) -> None:
    first, end = batch.read
    if first > end:
        msg = f"the span {batch.read} ends before it begins"
        raise ValueError(msg)
    for each in batch.posts:
        if not first <= each.id < end:
            msg = f"post {each.channel_id}/{each.id} is outside {batch.channel_id} {batch.read}"
            raise ValueError(msg)
    _check_messages(batch.channel_id, batch.posts)


def _check_messages(channel: int, messages: tuple[PostRow, ...]) -> None:
    for each in messages:
        content = each.content
        parts = tuple(caption.part for caption in content.captions) if content.captions else ()
        if each.channel_id != channel:
            why = f"is outside {channel}"
        elif _is_naive(each.published_at) or (each.edited_at and _is_naive(each.edited_at)):
            why = "has a time without an offset"
        elif parts != (() if content.album is None else (each.id,)):
            why = f"is not one message: it holds {parts}"
        else:
            continue
        msg = f"post {each.channel_id}/{each.id} {why}"
        raise ValueError(msg)


def _is_naive(time: datetime) -> bool:
    return time.tzinfo is None
