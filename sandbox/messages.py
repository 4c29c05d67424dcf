"""Posts as Telegram's messages."""

from collections.abc import Callable
from datetime import datetime
from hashlib import blake2b
from typing import Any, Final

from telethon.tl import types

from sandbox.media import Document, Media, Photo, WebPage
from sandbox.model import Action, Channel, Forward, Mark, Post

FILE_REFERENCE: Final = b"sandbox"

_MARKS: Final[dict[str, type]] = {
    "bold": types.MessageEntityBold,
    "code": types.MessageEntityCode,
    "email": types.MessageEntityEmail,
    "hashtag": types.MessageEntityHashtag,
    "italic": types.MessageEntityItalic,
    "mention": types.MessageEntityMention,
    "spoiler": types.MessageEntitySpoiler,
    "strike": types.MessageEntityStrike,
    "underline": types.MessageEntityUnderline,
    "url": types.MessageEntityUrl,
}


class Encoded:
    """An object that is bytes already; fits wherever Telethon serializes one."""

    __slots__ = ("_data",)

    def __init__(self, data: bytes) -> None:
        self._data = data

    def __bytes__(self) -> bytes:
        return self._data

    def _bytes(self) -> bytes:
        return self._data


class Messages:
    """Posts as encoded messages; each is encoded once, as all viewers see the same."""

    def __init__(self) -> None:
        self._encoded: dict[tuple[int, int], tuple[Post, Encoded]] = {}

    def of(self, channel: Channel, post: Post) -> Encoded:
        """The message for a post."""
        known = self._encoded.get((channel.id, post.id))
        if known is not None and known[0] is post:
            return known[1]
        encoded = Encoded(bytes(message(channel, post)))
        self._encoded[channel.id, post.id] = post, encoded
        return encoded


def message(channel: Channel, post: Post) -> Any:
    """A post as a message of its channel."""
    if post.action is not None:
        return _service_message(channel, post, post.action)
    views, forwards = post.views, post.forwards
    if views is not None or forwards is not None:  # both or neither travel in a message
        views, forwards = views or 0, forwards or 0
    return types.Message(
        post.id,
        types.PeerChannel(channel.id),
        post.date,
        post.text,
        post=not channel.megagroup,
        edit_date=post.edited,
        edit_hide=post.edit_hidden or None,
        entities=[_mark(mark) for mark in post.marks] or None,
        media=_media(post.media, post.date),
        grouped_id=post.group,
        fwd_from=_forward(post.forward),
        reply_to=_reply(post.reply_to),
        views=views,
        forwards=forwards,
        reactions=reactions(post) if post.reactions else None,
        post_author=post.author,
        pinned=post.pinned or None,
        noforwards=post.protected or channel.protected or None,
    )


def _service_message(channel: Channel, post: Post, action: Action) -> Any:
    return types.MessageService(
        post.id,
        types.PeerChannel(channel.id),
        post.date,
        post=not channel.megagroup,
        action=_action(action),
        reply_to=_pinned(action),
    )


def reactions(post: Post) -> Any:
    """How often a post was reacted to."""
    counts = [
        types.ReactionCount(types.ReactionEmoji(emoji), number) for emoji, number in post.reactions
    ]
    return types.MessageReactions(counts)


def file_hash(kind: type, number: int) -> int:
    """The hash a file is asked for with; the same for every viewer, unlike Telegram's."""
    digest = blake2b(f"{kind.__name__}/{number}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True)


def _media(media: Media | None, date: datetime) -> Any:
    match media:
        case Photo():
            return types.MessageMediaPhoto(photo=_photo(media, date))
        case Document():
            return types.MessageMediaDocument(document=_document(media, date))
        case WebPage():
            number = len(media.url) + 1  # no client asks for a page by its id
            page = types.WebPage(
                number,
                media.url,
                media.url.removeprefix("https://"),
                0,
                title=media.title or None,
                description=media.description or None,
            )
            return types.MessageMediaWebPage(page)
        case None:
            return None


def _photo(photo: Photo, date: datetime) -> Any:
    thumb = types.PhotoSize("m", 320, 240, len(photo.content("m")))
    whole = types.PhotoSize("x", photo.width, photo.height, len(photo.content()))
    key = file_hash(Photo, photo.id)
    return types.Photo(photo.id, key, FILE_REFERENCE, date, [thumb, whole], photo.dc)


def _document(document: Document, date: datetime) -> Any:
    return types.Document(
        document.id,
        file_hash(Document, document.id),
        FILE_REFERENCE,
        date,
        document.mime,
        len(document.content()),
        document.dc,
        [types.DocumentAttributeFilename(document.name)],
    )


def _mark(mark: Mark) -> Any:
    if mark.kind == "text_url":
        return types.MessageEntityTextUrl(mark.offset, mark.length, mark.url or "")
    if mark.kind == "pre":
        return types.MessageEntityPre(mark.offset, mark.length, "")
    return _MARKS[mark.kind](mark.offset, mark.length)


def _forward(forward: Forward | None) -> Any:
    if forward is None:
        return None
    source = types.PeerChannel(forward.channel) if forward.channel is not None else None
    return types.MessageFwdHeader(
        forward.date,
        from_id=source,
        from_name=forward.name,
        channel_post=forward.post,
        post_author=forward.author,
    )


def _reply(post_id: int | None) -> Any:
    return None if post_id is None else types.MessageReplyHeader(reply_to_msg_id=post_id)


def _pinned(action: Action) -> Any:
    is_pin = action.kind == "pinned" and isinstance(action.value, int)
    return types.MessageReplyHeader(reply_to_msg_id=action.value) if is_pin else None


def _action(action: Action) -> Any:
    return _ACTIONS[action.kind](str(action.value))


_ACTIONS: Final[dict[str, Callable[[str], Any]]] = {
    "created": types.MessageActionChannelCreate,
    "renamed": types.MessageActionChatEditTitle,
    "pinned": lambda _: types.MessageActionPinMessage(),
    "photo removed": lambda _: types.MessageActionChatDeletePhoto(),
}
