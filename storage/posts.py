"""Channels, who follows them, and their posts."""

from collections.abc import Sequence

from storage.database import Database, Row, coverage
from storage.errors import LeaseLost, UnknownChannel
from storage.leases import decisive
from storage.queries import sql
from storage.rows import (
    Batch,
    ChannelSeen,
    ChannelState,
    ChannelView,
    Hold,
    PostRow,
    PostView,
    Stored,
)
from storage.text import storable

MOST = 1000


async def follow(db: Database, hold: Hold, seen: Sequence[ChannelSeen]) -> list[ChannelState]:
    """Make exactly these channels the ones a held account follows, in this order.

    Return their states in the same order; of channels given twice the first counts.
    """
    first: dict[int, ChannelSeen] = {}
    for channel in seen:
        first.setdefault(channel.id, channel)
    unique = list(first.values())
    fence = (hold.account, hold.incarnation, hold.epoch)
    async with decisive(db) as connection:
        if await connection.fetchrow(sql.lock_account, *fence) is None:
            raise LeaseLost(hold.account)
        await connection.execute(
            sql.see_channels,
            [channel.id for channel in unique],
            [storable(channel.title) for channel in unique],
            [channel.username and storable(channel.username) for channel in unique],
        )
        await connection.execute(
            sql.subscribe,
            hold.account,
            [channel.id for channel in unique],
            [channel.access_hash for channel in unique],
            [channel.top for channel in unique],
        )
        rows = await connection.fetch(sql.followed, hold.account)
    return [_state(row) for row in rows]


async def store(db: Database, hold: Hold, batch: Batch) -> Stored:
    """Store a batch that a held account read, and grow the channel's coverage, in one transaction.

    A post that is held already stays as it is; a wrong batch is a ValueError before any I/O.
    """
    _check(batch)
    posts = batch.posts
    row = await db.fetch_row(
        sql.store_posts,
        batch.channel_id,
        *batch.read,
        batch.floor,
        [post.id for post in posts],
        [post.published_at for post in posts],
        [post.edited_at for post in posts],
        [storable(post.text) for post in posts],
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


async def newest(
    db: Database, account: int, limit: int, channel: int | None = None
) -> list[PostView]:
    """Return the newest posts the account may read, of one channel or of all it follows."""
    if not 0 < limit <= MOST:
        msg = f"limit must be from 1 to {MOST}, not {limit}"
        raise ValueError(msg)
    return [_post(row) for row in await db.fetch(sql.newest_posts, account, limit, channel)]


async def channels(db: Database, account: int) -> list[ChannelView]:
    """Return the channels the account follows, in its order, with what is held of them."""
    return [_channel(row) for row in await db.fetch(sql.channel_views, account)]


async def count(db: Database, account: int) -> int:
    """Count the posts held of the channels the account follows."""
    return int(await db.fetch_value(sql.count_posts, account))


def permalink(channel: int, username: str | None, post: int) -> str:
    """Return the post's address at Telegram; without a username it opens for members only."""
    return f"https://t.me/{username}/{post}" if username else f"https://t.me/c/{channel}/{post}"


def _check(batch: Batch) -> None:
    first, end = batch.read
    if first > end:
        msg = f"the span {batch.read} ends before it begins"
        raise ValueError(msg)
    for post in batch.posts:
        if post.channel_id != batch.channel_id or not first <= post.id < end:
            msg = f"post {post.channel_id}/{post.id} is outside {batch.channel_id} {batch.read}"
            raise ValueError(msg)
        _check_times(post)


def _check_times(post: PostRow) -> None:
    if post.published_at.tzinfo is None or (post.edited_at and post.edited_at.tzinfo is None):
        msg = f"post {post.channel_id}/{post.id} has a time without an offset"
        raise ValueError(msg)


def _state(row: Row) -> ChannelState:
    return ChannelState(**{**row, "coverage": coverage(row["coverage"])})


def _channel(row: Row) -> ChannelView:
    return ChannelView(**{**row, "coverage": coverage(row["coverage"])})


def _post(row: Row) -> PostView:
    return PostView(
        channel_id=row["channel_id"],
        channel_title=row["title"],
        id=row["id"],
        published_at=row["published_at"],
        edited_at=row["edited_at"],
        text=row["text"],
        permalink=permalink(row["channel_id"], row["username"], row["id"]),
    )
