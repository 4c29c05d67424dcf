"""Rich messages, which are made of blocks as articles are, as formatted text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from telethon.tl import types

from actors.markup import Entity, EntityKind, FormattedText, joined, units

_MARKS: Final[dict[type, EntityKind]] = {
    types.TextAutoEmail: "email",
    types.TextAutoPhone: "phone_number",
    types.TextAutoUrl: "url",
    types.TextBold: "bold",
    types.TextFixed: "code",
    types.TextItalic: "italic",
    types.TextMention: "mention",
    types.TextSpoiler: "spoiler",
    types.TextStrike: "strikethrough",
    types.TextUnderline: "underline",
}
_BLOCKS: Final[dict[type, EntityKind]] = {
    types.PageBlockBlockquote: "blockquote",
    types.PageBlockBlockquoteBlocks: "blockquote",
    types.PageBlockHeader: "bold",
    types.PageBlockHeading1: "bold",
    types.PageBlockHeading2: "bold",
    types.PageBlockHeading3: "bold",
    types.PageBlockHeading4: "bold",
    types.PageBlockHeading5: "bold",
    types.PageBlockHeading6: "bold",
    types.PageBlockPullquote: "blockquote",
    types.PageBlockSubheader: "bold",
    types.PageBlockTitle: "bold",
}
_INSIDE: Final = (
    "title", "cover", "text", "author", "source", "blocks", "items", "rows", "articles",
    "description", "buttons", "caption", "credit",
)  # fmt: skip
"""Where a block has its words, and others their blocks, in the order in which they are read."""


def rich(message: Any) -> FormattedText:
    """Return the words of a rich message, a line for each block."""
    return joined(_lines(message.blocks), "\n")


def _lines(found: Any) -> Iterator[FormattedText]:
    """The lines of blocks, of one block, or of whatever it consists of."""
    match found:
        case list():
            for each in found:
                yield from _lines(each)
        case str():
            yield FormattedText(found)
        case types.PageTableRow():
            yield joined((_text(cell.text) for cell in found.cells), " | ")
        case types.PageBlockPreformatted():
            yield _marked(_text(found.text), "pre", language=found.language)
        case _ if type(found).__name__.startswith("Text"):
            yield _text(found)
        case _:
            lines = (line for name in _INSIDE for line in _lines(getattr(found, name, [])))
            kind = _BLOCKS.get(type(found))
            yield from [_marked(joined(lines, "\n"), kind)] if kind else lines


def _text(found: Any) -> FormattedText:
    match found:
        case types.TextPlain():
            return FormattedText(found.text)
        case types.TextConcat():
            return joined((_text(each) for each in found.texts), "")
        case types.TextCustomEmoji():
            return FormattedText(found.alt)
        case types.TextMath():
            return _marked(FormattedText(found.source), "code")
        case _ if hasattr(found, "text"):
            return _wrapped(found, _text(found.text))
        case _:
            return FormattedText("")


def _wrapped(found: Any, inner: FormattedText) -> FormattedText:
    """A text and what its wrapping makes of it."""
    kind = _MARKS.get(type(found))
    match found:
        case types.TextUrl():
            return _marked(inner, "text_link", url=found.url)
        case types.TextEmail():
            return _marked(inner, "text_link", url=f"mailto:{found.email}")
        case types.TextPhone():
            return _marked(inner, "text_link", url=f"tel:{found.phone}")
        case types.TextMentionName():
            return _marked(inner, "text_mention", url=f"tg://user?id={found.user_id}")
        case _:
            return _marked(inner, kind) if kind else inner


def _marked(text: FormattedText, kind: EntityKind, **rest: str) -> FormattedText:
    """A text with one more mark, around all it has."""
    return text._replace(entities=(Entity(kind, 0, units(text.text), **rest), *text.entities))
