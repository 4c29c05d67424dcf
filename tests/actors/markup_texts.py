"""Texts and marks as hostile as they come, and a reader of HTML that trusts none of it."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any, get_args

from hypothesis import strategies as st

from actors.markup import Entity, EntityKind, FormattedText

SAFE = ("http://", "https://", "tg:", "mailto:", "tel:")
ATTRIBUTES = {"a": {"href"}, "code": {"class"}}
TAGS = {"a", "b", "blockquote", "code", "i", "pre", "s", "tg-spoiler", "u"}

_fragments = st.sampled_from(
    ["<b>", "</b>", "</a>", "<script>", "&amp;", "&lt", "&#0;", '"', "'", "<!--", "]]>", "\n\n",
     "😀", "👩\u200d👩\u200d👧", "👍🏽", "❤\ufe0f", "e\u0301", "Съешь ещё.", "example.org/a", " ",
     "a@b.org", "+7 (999) 1", "@name", "\0", "\r"]
)  # fmt: skip
texts = st.lists(_fragments | st.text(max_size=6), max_size=12).map("".join)
addresses = st.sampled_from(
    ["https://a.org/?q=1&r=2", "HTTP://A.ORG", 'https://a.org/"><script>', "tg://resolve?domain=a",
     "javascript:alert(1)", "java\nscript:alert(1)", " JavaScript:alert(1)", "data:text/html,<b>",
     "vbscript:x", "//a.org", "a.org", "", "https://", "http:x", "https:/\x00/a",
     "a.org' onclick='"]
) | st.text(max_size=9)  # fmt: skip
languages = st.none() | st.sampled_from(["python", "c++", "", '"><b>', "a b"]) | st.text(max_size=5)
places = st.integers(-4, 40) | st.sampled_from([-(2**31), 2**31 - 1])
entities = st.builds(
    Entity,
    kind=st.sampled_from(get_args(EntityKind)),
    offset=places,
    length=places,
    url=st.none() | addresses,
    language=languages,
)
formatted = st.builds(FormattedText, texts, st.lists(entities, max_size=8).map(tuple))


class Strict(HTMLParser):
    """Reads HTML, and fails at anything that is not well-formed or not allowed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text = ""
        self.tags: list[frozenset[str]] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS
        assert tag not in self.open
        self.open.append(tag)
        values: dict[str, Any] = dict(attrs)
        assert values.keys() <= ATTRIBUTES.get(tag, set())
        assert tag != "a" or values["href"].lower().startswith(SAFE)
        assert "class" not in values or values["class"].startswith("language-")
        assert " " not in values.get("class", "")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data
        self.tags += [frozenset(self.open)] * len(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(decl)

    def handle_pi(self, data: str) -> None:
        raise AssertionError(data)
