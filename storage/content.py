"""What a post holds, as plain values."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple, TypeAlias

MediaKind: TypeAlias = Literal[
    "photo", "video", "round_video", "voice", "audio", "animation", "sticker", "document",
    "poll", "location", "contact", "web_page", "other",
]  # fmt: skip
"""What a post carries besides its text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """What one message carries besides its text; what Telegram does not say is None."""

    part: int
    """The id of the message that carries it."""
    kind: MediaKind
    size: int | None = None
    """Bytes, of a picture those of its largest form."""
    duration: float | None = None
    """Seconds."""
    file_name: str | None = None
    """As its author named it; no path to write to."""
    mime: str | None = None
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a forwarded post was first; its time carries an offset."""

    channel_id: int | None
    """None for what a person wrote, who may hide behind the name."""
    name: str | None
    """The channel's title or the person's name, where Telegram tells it."""
    post_id: int | None
    at: datetime
    author: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Caption:
    """What one part of an album says, which is often nothing."""

    part: int
    """The part's message id."""
    text: str
    html: str
    links: tuple[str, ...]


class Content(NamedTuple):
    """What a post holds; an album is one post, and what it says is what its parts say in turn.

    A tuple, as each post that is read makes one, and a frozen dataclass takes twice the time.
    """

    text: str
    html: str
    """The text in the HTML that Telegram's bots may send, safe to show on a page."""
    author: str | None
    """The signature."""
    reply_to: int | None
    """The id of the channel's own post that it answers."""
    album: int | None
    """What the parts of one album share; None for every other post."""
    media: tuple[Media, ...]
    forward: Origin | None
    links: tuple[str, ...]
    """Addresses in the text, on the buttons and of the preview, each once, in this order."""
    views: int | None
    forwards: int | None
    reactions: tuple[tuple[str, int], ...]
    """An emoji, "custom:<id>" or "paid", and how often."""
    comments: int | None
    """None where nobody may comment."""
    protected: bool
    """Whether it may be neither forwarded nor saved."""
    captions: tuple[Caption, ...] = ()
    """What each known part of an album says, by ascending id; empty for every other post."""
