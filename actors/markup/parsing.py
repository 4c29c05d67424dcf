"""HTML of Telegram's kind as formatted text."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Final, NoReturn

from actors.markup.addresses import safe
from actors.markup.rendering import LANGUAGE, TAGS
from actors.markup.text import Entity, FormattedText, units

_TAKEN: Final = ", ".join(sorted(TAGS))


def parse(html: str) -> FormattedText:
    """Return the text and the marks of HTML that Telegram would take.

    Anything else in it is a ValueError: another tag, a tag not closed or not open.
    """
    reader = _Reader()
    reader.feed(html)
    return reader.finished()


class _Reader(HTMLParser):
    """Collects text, and an entity for each tag, in the order in which they open."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._text: list[str] = []
        self._length = 0
        self._entities: list[Entity | None] = []
        self._open: list[tuple[str, int, Entity | None]] = []

    def finished(self) -> FormattedText:
        self.close()
        if self._open:
            self._refuse(f"<{self._open[-1][0]}> is not closed")
        return FormattedText(
            "".join(self._text), tuple(mark for mark in self._entities if mark is not None)
        )

    def handle_data(self, data: str) -> None:
        self._text.append(data)
        self._length += units(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self._refuse(f"<{tag}> is none of {_TAKEN}")
        values = {name: value or "" for name, value in attrs}
        self._open.append((tag, len(self._entities), self._mark(tag, values)))
        self._entities.append(None)  # until it is closed

    def _mark(self, tag: str, values: dict[str, str]) -> Entity | None:
        """The mark that a tag begins, its length not known yet."""
        url = safe(values.get("href", "")) if tag == "a" else None
        language = values.get("class", "").removeprefix(LANGUAGE) if tag == "code" else None
        if tag == "a" and url is None:
            return None
        if tag == "code" and self._open and self._open[-1][0] == "pre":
            _, place, outer = self._open[-1]
            if outer is not None and outer.offset == self._length:
                marked = Entity("pre", outer.offset, 0, language=language or None)
                self._open[-1] = ("pre", place, marked)
            return None
        return Entity(TAGS[tag], self._length, 0, url)

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1][0] != tag:
            self._refuse(f"</{tag}> closes nothing, or not what was opened last")
        _, place, mark = self._open.pop()
        if mark is not None:
            length = self._length - mark.offset
            self._entities[place] = Entity(mark.kind, mark.offset, length, mark.url, mark.language)

    def handle_comment(self, data: str) -> None:
        self._refuse(f"a comment is no text: {data[:20]}")

    def handle_decl(self, decl: str) -> None:
        self._refuse(f"a declaration is no text: {decl[:20]}")

    def handle_pi(self, data: str) -> None:
        self._refuse(f"an instruction is no text: {data[:20]}")

    def unknown_decl(self, data: str) -> None:
        self._refuse(f"a declaration is no text: {data[:20]}")

    def _refuse(self, problem: str) -> NoReturn:
        msg = f"HTML that Telegram would not take, at {self.getpos()}: {problem}"
        raise ValueError(msg)
