"""What a message carries besides its text, as plain values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from telethon.tl import types

from storage.content import Media, MediaKind

_KINDS: Final[dict[type, MediaKind]] = {
    types.MessageMediaContact: "contact",
    types.MessageMediaGeo: "location",
    types.MessageMediaGeoLive: "location",
    types.MessageMediaVenue: "location",
}
"""Media that is told in words; whatever is named nowhere here is "other"."""


def media(message: Any) -> tuple[Media, ...]:
    """Return what a message carries; of paid, attached and rich media each piece counts."""
    part, rich = message.id, message.rich_message
    if message.media is None and rich is None:
        return ()
    return (
        *_media(part, message.media),
        *(_photo(part, photo) for photo in getattr(rich, "photos", ())),
        *(_file(part, document) for document in getattr(rich, "documents", ())),
    )


def _media(part: int, found: Any) -> Iterator[Media]:
    match found:
        case None | types.MessageMediaEmpty():
            return
        case types.MessageMediaPhoto():
            yield _photo(part, found.photo)
        case types.MessageMediaDocument():
            yield _document(part, found)
        case types.MessageMediaWebPage():
            if isinstance(found.webpage, types.WebPage):
                yield Media(part=part, kind="web_page")
        case types.MessageMediaPoll():
            yield Media(part=part, kind="poll")
            yield from _media(part, found.attached_media)
        case types.MessageMediaPaidMedia():
            for piece in found.extended_media:
                yield from _paid(part, piece)
        case _:
            yield Media(part=part, kind=_KINDS.get(type(found), "other"))


def _paid(part: int, piece: Any) -> Iterator[Media]:
    """A piece of paid media, of which who has not paid sees a preview."""
    if isinstance(piece, types.MessageExtendedMedia):
        yield from _media(part, piece.media)
    else:
        length = piece.video_duration
        kind: MediaKind = "photo" if length is None else "video"
        yield Media(part=part, kind=kind, duration=length, width=piece.w, height=piece.h)


def _photo(part: int, photo: Any) -> Media:
    """A picture in its largest form; of one that has expired nothing is told."""
    forms = [_form(size) for size in getattr(photo, "sizes", ())]
    size, width, height = max((form for form in forms if form), default=(None, None, None))
    return Media(part=part, kind="photo", size=size, width=width, height=height)


def _form(size: Any) -> tuple[int, int, int] | None:
    """Bytes, width and height of one form of a picture; None for what is only a blur of it."""
    match size:
        case types.PhotoSize():
            return size.size, size.w, size.h
        case types.PhotoSizeProgressive():
            return max(size.sizes, default=0), size.w, size.h
        case types.PhotoCachedSize():
            return len(size.bytes), size.w, size.h
        case _:
            return None


def _document(part: int, found: Any) -> Media:
    if isinstance(found.document, types.Document):
        return _file(part, found.document)
    return Media(part=part, kind=_kind_of_expired(found))


def _file(part: int, document: Any) -> Media:
    attributes = {type(attribute): attribute for attribute in document.attributes}
    name = attributes.get(types.DocumentAttributeFilename)
    timed = attributes.get(types.DocumentAttributeVideo) or attributes.get(
        types.DocumentAttributeAudio
    )
    sized = attributes.get(types.DocumentAttributeVideo) or attributes.get(
        types.DocumentAttributeImageSize
    )
    return Media(
        part=part,
        kind=_kind(attributes),
        size=document.size,
        duration=timed and float(timed.duration),
        file_name=name and name.file_name,
        mime=document.mime_type or None,
        width=sized and sized.w,
        height=sized and sized.h,
    )


def _kind(attributes: dict[type, Any]) -> MediaKind:
    """What a document is: a sticker or an animation may be a video as well."""
    video = attributes.get(types.DocumentAttributeVideo)
    audio = attributes.get(types.DocumentAttributeAudio)
    if types.DocumentAttributeSticker in attributes:
        return "sticker"
    if types.DocumentAttributeCustomEmoji in attributes:
        return "sticker"
    if types.DocumentAttributeAnimated in attributes:
        return "animation"
    if video is not None:
        return "round_video" if video.round_message else "video"
    if audio is not None:
        return "voice" if audio.voice else "audio"
    return "document"


def _kind_of_expired(found: Any) -> MediaKind:
    """What is told of a document that is there no more."""
    if found.round:
        return "round_video"
    if found.voice:
        return "voice"
    return "video" if found.video else "document"
