"""Texts with entities: read from HTML, cleaned, and measured as Telegram does."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from aiogram.types import MessageEntity, User

from sandbox.botapi.links import LinkInvalid, checked_link, linked_user
from sandbox.botapi.tags import KINDS, Cursor, EntitiesInvalid, closing, dereferenced, opening

__all__ = ["EntitiesInvalid", "Formatted", "parsed", "part", "trimmed", "units"]

_TEXT: Final = re.compile(r"[^<]+")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_UNCLEAN: Final = re.compile(r"[\0-\x08\x0b-\x1f\x7f]")
_NUMBER: Final = re.compile(r"[0-9]{1,19}")
_LARGEST: Final = 2**63 - 1
_MONOSPACED: Final = ("code", "pre")
_MOST_ENTITIES: Final = 100
_ORDER: Final = (
    "blockquote", "expandable_blockquote", "pre", "code", "text_link", "text_mention", "bold",
    "italic", "underline", "strikethrough", "spoiler", "custom_emoji",
)  # fmt: skip
"""Of entities of the same part, the outermost first; what is not in it is innermost."""


@dataclass(frozen=True, slots=True)
class Formatted:
    """A text and what is special about its parts; places are UTF-16 units."""

    text: str
    entities: tuple[MessageEntity, ...] = ()


@dataclass(frozen=True, slots=True)
class _Open:
    """A tag that is not closed yet, and where its content begins."""

    tag: str
    argument: str
    start: int


def units(text: str) -> int:
    """The length of a text as Telegram counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def part(text: str, start: int, end: int | None = None) -> str:
    """The part of a text between two places."""
    encoded = text.encode("utf-16-le", "surrogatepass")
    cut = encoded[2 * start : None if end is None else 2 * end]
    return cut.decode("utf-16-le", "surrogatepass")


def clean(text: str) -> str:
    """A text without the control characters that Telegram does not keep."""
    return _UNCLEAN.sub(" ", text.replace("\r", ""))


def parsed(html: str) -> Formatted:
    """Read HTML; whoever does not understand all of it raises EntitiesInvalid."""
    cursor = Cursor(html)
    reading = _Reading()
    while cursor.here:
        if cursor.here != "<":
            reading.say(dereferenced(cursor.skip(_TEXT)))
        elif html.startswith("</", cursor.at):
            closing(cursor, reading.last)
            reading.close()
        else:
            reading.open(*opening(cursor))
    if reading.last is not None:
        raise EntitiesInvalid(f'Can\'t find end tag corresponding to start tag "{reading.last}"')
    return reading.whole()


class _Reading:
    """What has been read so far."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = 0  # of the pieces, in UTF-16 units
        self._open: list[_Open] = []
        self._entities: list[MessageEntity] = []

    @property
    def last(self) -> str | None:
        """The tag that must be closed next."""
        return self._open[-1].tag if self._open else None

    def say(self, text: str) -> None:
        self._pieces.append(text)
        self._length += units(text)

    def open(self, tag: str, argument: str) -> None:
        self._open.append(_Open(tag, argument, self._length))

    def close(self) -> None:
        opened = self._open.pop()
        length = self._length - opened.start
        if not length:
            return
        content = part("".join(self._pieces), opened.start) if opened.tag == "a" else ""
        if (facts := _facts(opened, content)) is None:
            return
        inner = self._entities[-1] if self._entities else None
        if (
            opened.tag == "pre"
            and inner is not None
            and (inner.type, inner.offset, inner.length) == ("code", opened.start, length)
        ):
            facts["language"] = inner.language
            self._entities.pop()
        self._entities.append(MessageEntity(offset=opened.start, length=length, **facts))

    def whole(self) -> Formatted:
        text = "".join(self._pieces)
        if _SURROGATE.search(text):
            raise EntitiesInvalid(
                "Text contains invalid Unicode characters after decoding HTML entities, "
                "check for unmatched surrogate code units"
            )
        return Formatted(text, fitting(self._entities))


def _facts(opened: _Open, content: str) -> dict[str, Any] | None:
    """What an entity is, besides its place; None: nothing special."""
    kind, argument = KINDS[opened.tag], opened.argument
    match kind:
        case "text_link":
            return _link(argument or content)
        case "custom_emoji":
            if not _NUMBER.fullmatch(argument) or not 0 < int(argument) <= _LARGEST:
                raise EntitiesInvalid("Invalid custom emoji identifier specified")
            return {"type": kind, "custom_emoji_id": argument}
        case "date_time":
            if not _NUMBER.fullmatch(argument):
                raise EntitiesInvalid("Invalid date specified")
            return {"type": kind, "unix_time": int(argument)}
        case "blockquote" if argument:
            return {"type": "expandable_blockquote"}
        case "code" if argument:
            return {"type": kind, "language": argument}
    return {"type": kind}


def _link(url: str) -> dict[str, Any] | None:
    if (user := linked_user(url)) is not None:
        return {"type": "text_mention", "user": User(id=user, is_bot=False, first_name="")}
    try:
        return {"type": "text_link", "url": checked_link(url)}
    except LinkInvalid:
        return None


def fitting(entities: Sequence[MessageEntity]) -> tuple[MessageEntity, ...]:
    """The entities that Telegram keeps: none within monospaced text, and a hundred at most."""
    ordered = sorted(entities, key=_place)
    kept: list[MessageEntity] = []
    monospaced_until = 0
    for entity in ordered:
        if entity.offset < monospaced_until:
            continue
        if entity.type in _MONOSPACED:
            monospaced_until = entity.offset + entity.length
        language = entity.language if entity.type == "pre" else None
        kept.append(entity.model_copy(update={"language": language}))
    return tuple(kept[:_MOST_ENTITIES])


def _place(entity: MessageEntity) -> tuple[int, int, int]:
    order = _ORDER.index(entity.type) if entity.type in _ORDER else len(_ORDER)
    return entity.offset, -entity.length, order


def trimmed(formatted: Formatted) -> Formatted:
    """Without white space at either end; entities move with their texts."""
    text = formatted.text.strip()
    if text == formatted.text:
        return formatted
    gone = units(formatted.text) - units(formatted.text.lstrip())
    end = units(text)
    kept = []
    for entity in formatted.entities:
        start = max(entity.offset - gone, 0)
        stop = min(entity.offset + entity.length - gone, end)
        if start < stop:
            kept.append(entity.model_copy(update={"offset": start, "length": stop - start}))
    return Formatted(text, tuple(kept))
