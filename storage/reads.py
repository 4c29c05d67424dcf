"""What an account reads."""

from collections.abc import Mapping
from typing import Final

from storage.albums import without
from storage.columns import stored_post
from storage.database import Database, Row, coverage
from storage.isolation import reading_as
from storage.queries import sql
from storage.rows import ChannelView, Following, PostRow, PostView

MOST = 1000

_WHY: Final[Mapping[Following, str]] = {
    "unfollowed": "you do not want it",
    "left": "you left it",
    "banned": "you were removed from it",
    "private": "it is closed to you",
    "deleted": "it was deleted",
    "outside": "it is in none of the folders that you follow",
    "over the limit": "you follow as many channels as you may; unfollow one to read it",
}
_UNCONFIRMED: Final = "your membership was not confirmed for a day"
_UNKNOWN: Final = "it is not known yet from which post on you may read it"


async def newest(
    db: Database, account: int, limit: int, channel: int | None = None
) -> list[PostView]:
    """Return the newest posts the account may read, of one channel or of all it follows."""
    if not 0 < limit <= MOST:
        msg = f"limit must be from 1 to {MOST}, not {limit}"
        raise ValueError(msg)
    async with reading_as(db, account) as connection:
        rows = await connection.fetch(sql.newest_posts, account, limit, channel)
    return [view(row) for row in rows]


async def post(db: Database, account: int, channel: int, message: int) -> PostView | None:
    """Return the post that holds a message; None if there is none that the account may read."""
    async with reading_as(db, account) as connection:
        row = await connection.fetchrow(sql.post_of, account, channel, message)
    return None if row is None else view(row)


async def channels(db: Database, account: int, *, all_: bool = False) -> list[ChannelView]:
    """Return the channels the account follows, in its order, with what is held of them.

    With `all_`, also those that it does not want, or cannot read any more, and why.
    """
    async with reading_as(db, account) as connection:
        rows = await connection.fetch(sql.channel_views, account, all_)
    return [_channel(row) for row in rows]


async def count(db: Database, account: int) -> int:
    """Count the posts the account may read."""
    async with reading_as(db, account) as connection:
        return int(await connection.fetchval(sql.count_posts, account))


def permalink(channel: int, username: str | None, post: int) -> str:
    """Return the post's address at Telegram; without a username it opens for members only."""
    return f"https://t.me/{username}/{post}" if username else f"https://t.me/c/{channel}/{post}"


def view(row: Row) -> PostView:
    """Return a post as a reader sees it, of a row with its channel and the reader's sight."""
    post = _seen(stored_post(row), row["visible_from"])
    content = post.content
    return PostView(
        channel_id=post.channel_id,
        channel_title=row["title"],
        id=post.id,
        published_at=post.published_at,
        edited_at=post.edited_at,
        text=content.text,
        permalink=permalink(post.channel_id, row["username"], post.id),
        html=content.html,
        author=content.author,
        reply_to=content.reply_to,
        media=content.media,
        forward=content.forward,
        links=content.links,
        views=content.views,
        forwards=content.forwards,
        reactions=content.reactions,
        comments=content.comments,
        protected=content.protected or row["channel_protected"],
        parts=tuple(caption.part for caption in content.captions),
    )


def _seen(post: PostRow, visible_from: int) -> PostRow:
    """A post less those messages of an album that are hidden from the account."""
    hidden = {caption.part for caption in post.content.captions if caption.part <= visible_from}
    rest = without(post.content, hidden) if hidden else None
    return post._replace(id=rest.captions[0].part, content=rest) if rest else post


def _channel(row: Row) -> ChannelView:
    values = dict(row)
    is_shown = values.pop("confirmed"), values["visible_from"] is not None
    values["coverage"] = coverage(values["coverage"])
    values["holes"] = coverage(values["holes"])
    return ChannelView(**values, why=_why(values["state"], *is_shown))


def _why(state: Following, is_confirmed: bool, is_known: bool) -> str | None:
    if state != "followed":
        return _WHY[state]
    if not is_confirmed:
        return _UNCONFIRMED
    return None if is_known else _UNKNOWN
