"""What a post holds, as the columns of its row."""

import json
import math
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias, TypeVar

from storage.content import Caption, Content, Media, Origin
from storage.database import Row
from storage.rows import PostRow
from storage.text import storable

T = TypeVar("T")

Columns: TypeAlias = tuple[Any, ...]
"""A post in the order of the type incoming_post."""

COUNTS = slice(13, None)
"""Of these, what changes all the time and is no edit: counts, and whether it is protected."""

MEANING = slice(3, 13)
"""Of these, what makes an edit if it differs."""

_write = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode
_NAMES = {"file_name", "mime"}
_MEDIA = ("part", "kind", "size", "duration", "file_name", "mime", "width", "height")


def columns(post: PostRow) -> Columns:
    """Return a post as it is stored; equal posts have equal columns."""
    content = post.content
    text = storable(content.text)
    return (
        post.id,
        post.published_at,
        post.edited_at,
        text,
        None if content.html == content.text else storable(content.html),
        content.author and storable(content.author),
        content.reply_to,
        content.album,
        tuple(caption.part for caption in content.captions) if content.captions else None,
        _json(_caption, content.captions) if content.captions else None,
        _json(_media, content.media) if content.media else None,
        content.forward and _write(_origin(content.forward)),
        tuple(map(storable, content.links)) if content.links else None,
        content.views,
        content.forwards,
        _json(_reaction, content.reactions) if content.reactions else None,
        content.comments,
        content.protected,
    )


def stored_post(row: Row) -> PostRow:
    """Return a row of the table as the post that it holds."""
    return PostRow(
        channel_id=row["channel_id"],
        id=row["id"],
        published_at=row["published_at"],
        edited_at=row["edited_at"],
        content=Content(
            text=row["text"],
            html=row["text"] if row["html"] is None else row["html"],
            author=row["author"],
            reply_to=row["reply_to"],
            album=row["album"],
            media=tuple(Media(**each) for each in _read(row["media"])),
            forward=_known_origin(row["forward"]),
            links=tuple(row["links"] or ()),
            views=row["views"],
            forwards=row["forwards"],
            reactions=tuple((name, count) for name, count in _read(row["reactions"])),
            comments=row["comments"],
            protected=row["protected"],
            captions=tuple(_known_caption(each) for each in _read(row["captions"])),
        ),
    )


def _json(written: Callable[[T], object], values: tuple[T, ...]) -> str:
    return _write([written(value) for value in values])


def _read(value: str | None) -> Iterable[Any]:
    found: list[Any] = json.loads(value) if value else []
    return found


def _caption(caption: Caption) -> dict[str, object]:
    return {
        "part": caption.part,
        "text": storable(caption.text),
        "html": storable(caption.html),
        "links": [storable(link) for link in caption.links],
    }


def _known_caption(told: Mapping[str, Any]) -> Caption:
    return Caption(**{**told, "links": tuple(told["links"])})


def _reaction(reaction: tuple[str, int]) -> tuple[str, int]:
    name, count = reaction
    return storable(name), count


def _media(media: Media) -> dict[str, Any]:
    told = {name: value for name in _MEDIA if (value := getattr(media, name)) is not None}
    for name in _NAMES & told.keys():
        told[name] = storable(told[name])
    if not math.isfinite(told.get("duration", 0)):  # it is whatever the sender's program says
        del told["duration"]
    return told


def _origin(origin: Origin) -> dict[str, object]:
    return {
        "channel_id": origin.channel_id,
        "name": origin.name and storable(origin.name),
        "post_id": origin.post_id,
        "at": origin.at.astimezone(UTC).isoformat(),
        "author": origin.author and storable(origin.author),
    }


def _known_origin(value: str | None) -> Origin | None:
    if value is None:
        return None
    told = json.loads(value)
    return Origin(**{**told, "at": datetime.fromisoformat(told["at"])})
