"""An archive of posts that nobody has read from Telegram."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from html import escape
from typing import TYPE_CHECKING

from actors.messages import LocateDatabase
from actors.store_messages import Follow, StoreBatch
from storage import leases
from storage.content import Content
from storage.database import Database
from storage.rows import Batch, ChannelSeen, Hold, PostRow

if TYPE_CHECKING:
    from actors.house import House

READER = 1
"""The account that follows the channel."""
CHANNEL = 1
BATCH = 100
APART = timedelta(minutes=10)
_HELD_SECONDS = 600.0


async def fill(house: House, texts: Sequence[str], *, first: int = 1) -> None:
    """Store texts as the posts `first`, … of a public channel that one account follows."""
    last = first + len(texts) - 1
    async with _held(house) as hold:
        seen = ChannelSeen(
            id=CHANNEL,
            access_hash=1,
            title="Evaluation",
            username="evaluation",
            top=last,
            pts=None,
        )
        await house.store.ask(Follow(hold=hold, seen=(seen,)))
        newest = datetime.now(UTC)
        posts = [
            _post(number, text, newest - (last - number) * APART)
            for number, text in enumerate(texts, first)
        ]
        for start in range(0, len(posts), BATCH):
            part = tuple(posts[start : start + BATCH])
            read = (part[0].id, part[-1].id + 1)
            batch = Batch(channel_id=CHANNEL, floor=None, read=read, posts=part)
            await house.store.ask(StoreBatch(hold=hold, batch=batch))


@asynccontextmanager
async def _held(house: House) -> AsyncIterator[Hold]:
    """Hold the account for as long as its posts are written, as the reader of a channel does."""
    dsn = await house.store.ask(LocateDatabase())
    async with await Database.open(dsn, connections=1) as db:
        node = await leases.register(
            db, name="an evaluation", place="evaluation", ttl=_HELD_SECONDS
        )
        try:
            yield (await leases.claim(db, node, READER, ttl=_HELD_SECONDS, margin=0)).hold
        finally:
            await leases.resign(db, node)


def _post(number: int, text: str, published_at: datetime) -> PostRow:
    return PostRow(
        channel_id=CHANNEL,
        id=number,
        published_at=published_at,
        edited_at=None,
        content=Content(
            text=text,
            html=escape(text, quote=False),
            author=None,
            reply_to=None,
            album=None,
            media=(),
            forward=None,
            links=(),
            views=None,
            forwards=None,
            reactions=(),
            comments=None,
            protected=False,
        ),
    )
