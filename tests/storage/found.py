"""Messages and channels as they are found at Telegram."""

from datetime import UTC, datetime, timedelta
from typing import Any

from storage.content import Caption, Content
from storage.rows import ChannelSeen, PostRow

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


def worded(text: str, **more: Any) -> Content:
    """What a post holds that is only text, unless more is said."""
    plain = Content(
        text=text,
        html=text,
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
    )
    return plain._replace(**more)


def message(
    id: int,  # noqa: A002
    *,
    channel: int = 7,
    text: str = "text",
    album: int | None = None,
    edited_at: datetime | None = None,
    **more: Any,
) -> PostRow:
    """A message published as many minutes after the epoch as its id says."""
    caption = Caption(part=id, text=text, html=text, links=())
    captions = () if album is None else (caption,)
    return PostRow(
        channel_id=channel,
        id=id,
        published_at=EPOCH + timedelta(minutes=id),
        edited_at=edited_at,
        content=worded(text, album=album, captions=captions, **more),
    )


def seen(channel: int, **changes: Any) -> ChannelSeen:
    """A public channel as an account sees it, unless it is said to have no username."""
    values: dict[str, Any] = {
        "access_hash": channel * 11,
        "title": f"Channel {channel}",
        "username": f"channel{channel}",
        "top": 9,
        "pts": None,
    }
    return ChannelSeen(id=channel, **(values | changes))
