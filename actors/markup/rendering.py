"""Formatted text as safe HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import Final

from actors.markup.text import Entity, EntityKind, FormattedText, address, placed

TAGS: Final[dict[str, EntityKind]] = {
    "a": "text_link",
    "b": "bold",
    "blockquote": "blockquote",
    "code": "code",
    "i": "italic",
    "pre": "pre",
    "s": "strikethrough",
    "tg-spoiler": "spoiler",
    "u": "underline",
}
"""The tags that Telegram takes from bots, and what each marks."""

LANGUAGE: Final = "language-"
"""What the class of the code in a pre begins with."""

_TAG_OF: Final = {kind: tag for tag, kind in TAGS.items()}
_LITERAL: Final = ("pre", "code")  # Telegram formats nothing inside, and neither do we
_RANKS: Final = {"blockquote": 0, "pre": 1, "code": 2}  # never torn apart by what ranks lower
_LOWEST: Final = 3
_NAME: Final = re.compile(r"[\w+#.-]+")


@dataclass(frozen=True, slots=True, eq=False)
class _Span:
    """A tag to set; places are indices of characters."""

    start: int
    end: int
    tag: str
    opening: str
    closing: str


def render(formatted: FormattedText) -> str:
    """Return a text as well-formed HTML whose text is that text, whatever the marks are.

    Of marks that cross, one is closed and opened again; of equal marks on one character the
    first counts; a link to an unsafe address is only its text.
    """
    text = formatted.text
    if not formatted.entities:
        return escape(text, quote=False)
    spans = _spans(formatted)
    out: list[str] = []
    open_: list[_Span] = []
    edges = {0, len(text), *(span.start for span in spans), *(span.end for span in spans)}
    for start, end in pairwise(sorted(edges)):
        wanted = _nested([span for span in spans if span.start <= start and end <= span.end])
        out += _turn(open_, wanted)
        out.append(escape(text[start:end], quote=False))
        open_ = wanted
    out += _turn(open_, [])
    return "".join(out)


def _spans(formatted: FormattedText) -> list[_Span]:
    """The tags to set, outer before inner ones."""
    found = [
        _Span(start, end, *tags)
        for mark, start, end in placed(formatted)
        if (tags := _tags(mark, formatted.text[start:end])) is not None
    ]
    # Stable: of marks on the same characters the one given first is the outer one.
    return sorted(found, key=lambda span: (_RANKS.get(span.tag, _LOWEST), span.start, -span.end))


def _tags(mark: Entity, inner: str) -> tuple[str, str, str] | None:
    """A mark's tag, how it opens and how it closes."""
    tag = _TAG_OF.get(mark.kind, "a")
    if tag == "a":
        where = address(mark, inner)
        return (tag, f'<a href="{escape(where)}">', "</a>") if where else None
    if tag == "pre" and mark.language and _NAME.fullmatch(mark.language):
        return tag, f'<pre><code class="{LANGUAGE}{mark.language}">', "</code></pre>"
    return tag, f"<{tag}>", f"</{tag}>"


def _nested(active: list[_Span]) -> list[_Span]:
    """Those that may stand together on one character, the outermost first."""
    literal = next((span for span in active if span.tag in _LITERAL), None)
    chosen: dict[str, _Span] = {}
    for span in active:
        if literal is None or span is literal or span.tag == "blockquote":
            chosen.setdefault(span.tag, span)
    return list(chosen.values())


def _turn(old: list[_Span], new: list[_Span]) -> Iterator[str]:
    """The tags between two characters."""
    same = 0
    while same < min(len(old), len(new)) and old[same] is new[same]:
        same += 1
    yield from (span.closing for span in reversed(old[same:]))
    yield from (span.opening for span in new[same:])
