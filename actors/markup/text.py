"""Formatted text, as Telegram marks and measures it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final, Literal, NamedTuple, TypeAlias

from actors.markup.addresses import safe

EntityKind: TypeAlias = Literal[
    "blockquote", "bold", "code", "email", "italic", "mention", "phone_number", "pre", "spoiler",
    "strikethrough", "text_link", "text_mention", "underline", "url",
]  # fmt: skip
"""Those of the Bot API's entity types that are shown."""

_MENTION: Final = re.compile(r"@\w+")
_NO_DIGIT: Final = re.compile(r"[^\d+]")
_WIDE: Final = re.compile("[\U00010000-\U0010ffff]")  # two units each


@dataclass(frozen=True, slots=True)
class Entity:
    """A mark on a part of a text; `offset` and `length` count UTF-16 code units."""

    kind: EntityKind
    offset: int
    length: int
    url: str | None = None
    """Where a text_link or a text_mention leads."""
    language: str | None = None
    """What a pre is written in."""


class FormattedText(NamedTuple):
    """A text and the marks on it, which may be wrong in any way."""

    text: str
    entities: tuple[Entity, ...] = ()


def units(text: str) -> int:
    """Count UTF-16 code units, as Telegram measures texts."""
    return len(text) + sum(character > "\uffff" for character in text)


def joined(parts: Iterable[FormattedText], separator: str) -> FormattedText:
    """Join the texts that are not empty, each with its marks."""
    texts: list[str] = []
    entities: list[Entity] = []
    length = 0
    for part in parts:
        if part.text:
            entities += (replace(mark, offset=mark.offset + length) for mark in part.entities)
            texts.append(part.text)
            length += units(part.text + separator)
    return FormattedText(separator.join(texts), tuple(entities))


def placed(formatted: FormattedText) -> Iterator[tuple[Entity, int, int]]:
    """Tell of each entity that marks something its first and its end character's index.

    An entity that begins or ends amid a character marks the whole of it.
    """
    if not formatted.entities:
        return
    wide = enumerate(_WIDE.finditer(formatted.text))
    seconds = [found.start() + before + 1 for before, found in wide]  # units that begin nothing
    length = len(formatted.text) + len(seconds)
    for mark in formatted.entities:
        start, end = max(mark.offset, 0), min(mark.offset + mark.length, length)
        if start < end:
            first, last = (unit - bisect_right(seconds, unit) for unit in (start, end - 1))
            yield mark, first, last + 1


def address(mark: Entity, inner: str) -> str | None:
    """Return where a link leads whose text is `inner`; None if that is nowhere safe."""
    match mark.kind:
        case "url":
            return safe(inner)
        case "email":
            return safe(f"mailto:{inner}")
        case "phone_number":
            return safe(f"tel:{_NO_DIGIT.sub('', inner)}")
        case "mention":
            return f"https://t.me/{inner[1:]}" if _MENTION.fullmatch(inner) else None
        case "text_link" | "text_mention":
            return safe(mark.url or "")
        case _:
            return None


def links(formatted: FormattedText) -> tuple[str, ...]:
    """Return the safe addresses that a text names or leads to, in its order."""
    found = sorted(
        (start, end, where)
        for mark, start, end in placed(formatted)
        if mark.kind in {"url", "text_link"}
        and (where := address(mark, formatted.text[start:end])) is not None
    )
    return tuple(where for _, _, where in found)
