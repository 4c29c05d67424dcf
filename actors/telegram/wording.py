"""What a message says, and what it carries in words: polls, places, contacts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from telethon.tl import types

from actors.markup import Entity, EntityKind, FormattedText, joined, units
from actors.telegram.rich import rich

_KINDS: Final[dict[type, EntityKind]] = {
    types.MessageEntityBlockquote: "blockquote",
    types.MessageEntityBold: "bold",
    types.MessageEntityCode: "code",
    types.MessageEntityEmail: "email",
    types.MessageEntityItalic: "italic",
    types.MessageEntityMention: "mention",
    types.MessageEntityMentionName: "text_mention",
    types.MessageEntityPhone: "phone_number",
    types.MessageEntityPre: "pre",
    types.MessageEntitySpoiler: "spoiler",
    types.MessageEntityStrike: "strikethrough",
    types.MessageEntityTextUrl: "text_link",
    types.MessageEntityUnderline: "underline",
    types.MessageEntityUrl: "url",
}


def wording(message: Any) -> FormattedText:
    """Return a message's text, and after it the words of what it carries."""
    said = formatted(message.message or "", message.entities)
    if not said.text and message.rich_message is not None:
        said = rich(message.rich_message)
    if message.media is None:
        return said
    words = _WORDS.get(type(message.media))
    return joined([said, words(message.media)], "\n\n") if words else said


def formatted(text: str, entities: Iterable[Any] | None) -> FormattedText:
    """Return a text with those of Telethon's entities that are shown."""
    if not entities:
        return FormattedText(text)
    marks = [_entity(entity) for entity in entities if type(entity) in _KINDS]
    return FormattedText(text, tuple(marks))


def _entity(entity: Any) -> Entity:
    user = getattr(entity, "user_id", None)
    return Entity(
        _KINDS[type(entity)],
        entity.offset,
        entity.length,
        url=getattr(entity, "url", None) if user is None else f"tg://user?id={user}",
        language=getattr(entity, "language", None),
    )


def _with_entities(text: Any) -> FormattedText:
    return formatted(text.text, text.entities)


def _lines(*lines: str | FormattedText) -> FormattedText:
    return joined((FormattedText(line) if isinstance(line, str) else line for line in lines), "\n")


def _list(title: Any, items: Iterable[Any]) -> FormattedText:
    points = (joined([FormattedText("•"), _with_entities(item)], " ") for item in items)
    return _lines(_with_entities(title), *points)


def _poll(media: Any) -> FormattedText:
    return _list(media.poll.question, (answer.text for answer in media.poll.answers))


def _to_do(media: Any) -> FormattedText:
    return _list(media.todo.title, (item.title for item in media.todo.list))


def _place(media: Any) -> FormattedText:
    point = media.geo
    where = f"{point.lat:.6f}, {point.long:.6f}" if isinstance(point, types.GeoPoint) else ""
    return _lines(getattr(media, "title", ""), getattr(media, "address", ""), where)


def _contact(media: Any) -> FormattedText:
    phone = media.phone_number
    number = f"+{phone}" if phone.isdecimal() else phone
    return _lines(
        f"{media.first_name} {media.last_name}".strip(),
        FormattedText(number, (Entity("phone_number", 0, units(number)),)),
    )


def _titled(thing: Any) -> FormattedText:
    return _lines(thing.title, thing.description)


_WORDS: Final[dict[type, Callable[[Any], FormattedText]]] = {
    types.MessageMediaContact: _contact,
    types.MessageMediaDice: lambda media: FormattedText(f"{media.emoticon} {media.value}"),
    types.MessageMediaGame: lambda media: _titled(media.game),
    types.MessageMediaGeo: _place,
    types.MessageMediaGeoLive: _place,
    types.MessageMediaGiveaway: lambda media: FormattedText(media.prize_description or ""),
    types.MessageMediaGiveawayResults: lambda media: FormattedText(media.prize_description or ""),
    types.MessageMediaInvoice: _titled,
    types.MessageMediaPoll: _poll,
    types.MessageMediaToDo: _to_do,
    types.MessageMediaVenue: _place,
}
