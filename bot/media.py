"""What posts carry besides their text, in words."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from bot.wording import counted, line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from actors import Post
    from storage.content import Media

_KINDS = {
    "round_video": "round video",
    "voice": "voice message",
    "audio": "piece of audio",
    "web_page": "link preview",
    "contact": "contact card",
    "other": "attachment",
}
_PLURALS = {"piece of audio": "pieces of audio"}
_UNITS = ("KB", "MB", "GB", "TB")


def described(post: Post) -> str:
    """Say what a post carries; nothing for one that is text only."""
    parts = len(post.parts)
    carried = one(post.media[0]) if len(post.media) == 1 else several(post.media)
    if parts > 1:
        return f"album of {parts}: {carried}" if carried else f"album of {parts}"
    return carried


def several(media: Sequence[Media]) -> str:
    """Say how many there are of which kind, in the order in which they come."""
    kinds = Counter(_KINDS.get(each.kind, each.kind) for each in media)
    return ", ".join(
        f"{number} {_PLURALS.get(kind, f'{kind}s')}" if number > 1 else counted(number, kind)
        for kind, number in kinds.items()
    )


def one(media: Media) -> str:
    """Say what one of them is: "video holiday.mp4 (1:05, 3.2 MB)"."""
    name = f" {line(media.file_name)}" if media.file_name else ""
    facts = [
        *([] if media.duration is None else [clock(media.duration)]),
        *([] if media.size is None else [volume(media.size)]),
    ]
    return _KINDS.get(media.kind, media.kind) + name + (f" ({', '.join(facts)})" if facts else "")


def clock(seconds: float) -> str:
    """Say how long something plays: "0:07", "1:02:03"."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def volume(size: int) -> str:
    """Say how large something is: "512 bytes", "3.2 MB"."""
    if size < 1000:
        return counted(size, "byte")
    amount, unit = size / 1000, _UNITS[0]
    for larger in _UNITS[1:]:
        if amount < 999.5:
            break
        amount, unit = amount / 1000, larger
    return f"{amount:.1f} {unit}" if amount < 9.95 else f"{amount:.0f} {unit}"
