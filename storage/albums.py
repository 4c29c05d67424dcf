"""Albums: several messages that are one post."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import reduce
from typing import Any

from storage.content import Caption, Content, Media, Origin
from storage.links import unique

_BETWEEN = "\n\n"  # captions


def albums(messages: Mapping[int, Content]) -> dict[int, Content]:
    """Return the posts that a channel's messages make, by the lowest id of each, ascending.

    Messages of one album are one post, however many of its parts there are; part of an album
    that was merged before is taken as well as a single message.
    """
    found: dict[tuple[str, int], list[int]] = {}
    for id_ in sorted(messages):
        album = messages[id_].album
        found.setdefault(("post", id_) if album is None else ("album", album), []).append(id_)
    return {ids[0]: reduce(merged, (messages[id_] for id_ in ids)) for ids in found.values()}


def merged(one: Content, other: Content) -> Content:
    """Return what two parts of an album hold together; of a message in both, the other's counts.

    It does not matter in which order an album's messages are merged.
    """
    if one.album is None or one.album != other.album:
        msg = f"albums {one.album} and {other.album} are not one"
        raise ValueError(msg)
    rest = _less(one, {caption.part for caption in other.captions})
    whole = _made(one, [*rest.captions, *other.captions], [*rest.media, *other.media])
    return whole._replace(
        author=min(filter(None, (one.author, other.author)), default=None),
        reply_to=min(filter(None, (one.reply_to, other.reply_to)), default=None),
        forward=min(filter(None, (one.forward, other.forward)), key=_place, default=None),
        views=_most(one.views, other.views),
        forwards=_most(one.forwards, other.forwards),
        reactions=_most_of_each(one.reactions, other.reactions),
        comments=_most(one.comments, other.comments),
        protected=one.protected or other.protected,
    )


def without(album: Content, parts: Collection[int]) -> Content | None:
    """Return what an album holds when some of its messages are deleted; None if none is left."""
    rest = _less(album, parts)
    return rest if rest.captions else None


def _less(album: Content, parts: Collection[int]) -> Content:
    return _made(
        album,
        [caption for caption in album.captions if caption.part not in parts],
        [media for media in album.media if media.part not in parts],
    )


def _made(album: Content, captions: Iterable[Caption], media: Iterable[Media]) -> Content:
    """An album of these parts."""
    ordered = tuple(sorted(captions, key=lambda caption: caption.part))
    return album._replace(
        captions=ordered,
        media=tuple(sorted(media, key=lambda each: each.part)),
        text=_BETWEEN.join(caption.text for caption in ordered if caption.text),
        html=_BETWEEN.join(caption.html for caption in ordered if caption.text),
        links=unique(link for caption in ordered for link in caption.links),
    )


def _place(origin: Origin) -> tuple[Any, ...]:
    """A total order of origins, the first part's before the others', the unknown last."""
    known = (origin.post_id, origin.at, origin.channel_id, origin.name, origin.author)
    return tuple((0, value) if value is not None else (1,) for value in known)


def _most(one: int | None, other: int | None) -> int | None:
    """The greater; Telegram counts for an album at one of its messages, or at all alike."""
    return max((count for count in (one, other) if count is not None), default=None)


def _most_of_each(
    one: tuple[tuple[str, int], ...], other: tuple[tuple[str, int], ...]
) -> tuple[tuple[str, int], ...]:
    counts = dict(one)
    for name, count in other:
        counts[name] = max(count, counts.get(name, 0))
    return tuple(sorted(counts.items(), key=lambda each: (-each[1], each[0])))
