"""HTML as Telegram reads it."""

from contextlib import suppress

import pytest
from aiogram.types import MessageEntity, User
from aiogram.utils.text_decorations import html_decoration
from hypothesis import given
from hypothesis import strategies as st

from sandbox.botapi.formatting import EntitiesInvalid, Formatted, parsed, part, trimmed, units
from sandbox.botapi.links import LinkInvalid, checked_link

letters = st.characters(codec="utf-8")
texts = st.text(letters, min_size=1, max_size=12)
words = st.text(letters | st.sampled_from("<>&\"'/ =;"), max_size=60)
KINDS = (
    "bold", "italic", "underline", "strikethrough", "spoiler", "code", "pre", "text_link",
    "blockquote", "expandable_blockquote", "custom_emoji", "text_mention", "date_time",
)  # fmt: skip
SURROGATE = (
    "Text contains invalid Unicode characters after decoding HTML entities, "
    "check for unmatched surrogate code units"
)


@st.composite
def decorated(draw: st.DrawFn, depth: int = 3) -> str:
    """HTML as aiogram's own decoration makes it."""
    pieces = []
    for _ in range(draw(st.integers(1, 3))):
        inner = draw(decorated(depth - 1)) if depth and draw(st.booleans()) else None
        value = inner or html_decoration.quote(draw(texts))
        match draw(st.sampled_from(KINDS)):
            case "text_link":
                link = html_decoration.quote(draw(st.sampled_from(["https://t.me/x?a=1&b=2"])))
                pieces.append(html_decoration.link(value, link))
            case "text_mention":
                pieces.append(html_decoration.link(value, "tg://user?id=7"))
            case "custom_emoji":
                pieces.append(html_decoration.custom_emoji(value, "5368324170671202286"))
            case "date_time":
                pieces.append(html_decoration.date_time(value, 1_800_000_000, "r"))
            case "pre" if draw(st.booleans()):
                pieces.append(html_decoration.pre_language(value, "python"))
            case kind:
                made = getattr(html_decoration, kind)
                pieces.append(made(value))
    return "".join(pieces)


@given(decorated())
def test_what_aiogram_decorates_is_understood(html: str) -> None:
    """None of it is refused, and every entity lies within the text and has one."""
    formatted = parsed(html)
    for entity in formatted.entities:
        assert 0 <= entity.offset < entity.offset + entity.length <= units(formatted.text)


@given(decorated())
def test_reading_and_writing_agree(html: str) -> None:
    """What was read, written by aiogram and read again is the same text and the same entities."""
    once = parsed(html)
    again = parsed(html_decoration.unparse(once.text, list(once.entities)))
    assert again.text == once.text
    assert [(e.type, e.offset, e.length) for e in again.entities] == [
        (e.type, e.offset, e.length) for e in once.entities
    ]


@given(texts)
def test_quoted_text_is_itself(text: str) -> None:
    """Whatever people write, quoted, is shown as they wrote it."""
    assert parsed(html_decoration.quote(text)) == Formatted(text)


@given(words)
def test_anything_is_understood_or_refused(text: str) -> None:
    """There is no text on which reading fails in another way."""
    length = 0
    with suppress(EntitiesInvalid):
        length = units(parsed(text).text)
    assert length <= units(text)


@pytest.mark.parametrize(
    ("html", "refusal"),
    [
        ("a <", "Unclosed start tag at byte offset 2"),
        ("1 < 2", 'Unsupported start tag "" at byte offset 2'),
        ("<b", "Unclosed start tag at byte offset 0"),
        ("я <br> x", 'Unsupported start tag "br" at byte offset 3'),
        ("<!-- x -->", 'Unsupported start tag "!--" at byte offset 0'),
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<b><i>x</b></i>",
         'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ('<a href="x', "Unclosed start tag at byte offset 0"),
        ("<a href=", 'Unclosed start tag "a" at byte offset 0'),
        ("<a href", 'Unclosed start tag "a" at byte offset 0'),
        ("<a href=x/y>x</a>", "Unexpected end of name token at byte offset 8"),
        ('<a ="x">x</a>', 'Empty attribute name in the tag "a" at byte offset 0'),
        ('<span class="red">x</span>', 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("<tg-emoji emoji-id='9999999999999999999'>x</tg-emoji>",
         "Invalid custom emoji identifier specified"),
        ('<tg-emoji emoji-id="x">x</tg-emoji>', "Invalid custom emoji identifier specified"),
        ("&#xD83D;", SURROGATE),
    ],
)  # fmt: skip
def test_what_is_refused(html: str, refusal: str) -> None:
    """Telegram's words, with the place in bytes of UTF-8."""
    with pytest.raises(EntitiesInvalid) as caught:
        parsed(html)
    assert str(caught.value) == refusal


@pytest.mark.parametrize(
    ("html", "text", "entities"),
    [
        ("a & b", "a & b", []),
        ("&lt;b&gt; &amp &quot; &nbsp; &apos;", '<b> & " &nbsp; &apos;', []),
        ("&#1071;&#x1F600;&#0;&#99999999999;", "Я😀&#0;&#99999999999;", []),
        ("&#0000065;&#00000065;", "A&#00000065;", []),
        ("<B>x</b><strong>y</>", "xy", [("bold", 0, 1), ("bold", 1, 1)]),
        ("😀<i>x</i>", "😀x", [("italic", 2, 1)]),
        ("<b></b>x", "x", []),
        ("<code>a<b>b</b></code>", "ab", [("code", 0, 2)]),
        ("<b><code>a</code></b>", "a", [("code", 0, 1)]),
        ("<blockquote expandable>q</blockquote>", "q", [("expandable_blockquote", 0, 1)]),
        ("<span class='tg-spoiler'>s</span>", "s", [("spoiler", 0, 1)]),
        ("<a>t.me</a> <a href='no link'>x</a>", "t.me x", [("text_link", 0, 4)]),
    ],
)
def test_what_is_understood(html: str, text: str, entities: list[tuple[str, int, int]]) -> None:
    """Names in any case, closing tags without one, references; places in UTF-16 units."""
    formatted = parsed(html)
    assert formatted.text == text
    assert [(e.type, e.offset, e.length) for e in formatted.entities] == entities


def test_a_pre_takes_the_language_of_its_code() -> None:
    """Either of them alone has none."""
    (entity,) = parsed('<pre><code class="language-sql">x</code></pre>').entities
    assert (entity.type, entity.language) == ("pre", "sql")
    (entity,) = parsed('<code class="language-sql">x</code>').entities
    assert (entity.type, entity.language) == ("code", None)


def test_links_are_as_telegram_keeps_them() -> None:
    """With a scheme and a path; people are mentioned, and what is no link is refused."""
    assert checked_link("t.me/x?y") == "http://t.me/x?y"
    assert checked_link("HTTPS://example.org") == "https://example.org/"
    assert checked_link("tg://resolve?domain=x") == "tg://resolve?domain=x"
    for url, why in [
        ("http://localhost:8080", "Wrong HTTP URL"),
        ("", "URL host is empty"),
        ("javascript://x.org", "Unsupported URL protocol"),
    ]:
        with pytest.raises(LinkInvalid, match=why):
            checked_link(url)
    (entity,) = parsed('<a href="tg://user?id=7">x</a>').entities
    assert entity.user == User(id=7, is_bot=False, first_name="")


def test_a_hundred_entities_are_kept() -> None:
    """The rest of the text stays, without its formatting."""
    formatted = parsed("<b>x</b>" * 101)
    assert (units(formatted.text), len(formatted.entities)) == (101, 100)


def test_trimming_moves_entities() -> None:
    """White space at the ends goes, and what lay only in it goes too."""
    entities = (
        MessageEntity(type="italic", offset=0, length=1),
        MessageEntity(type="bold", offset=1, length=4),
    )
    formatted = trimmed(Formatted("\n 😀x  ", entities))
    assert formatted.text == "😀x"
    assert [(e.type, e.offset, e.length) for e in formatted.entities] == [("bold", 0, 3)]


@given(st.text(), st.integers(0, 5))
def test_parts_are_counted_in_units(text: str, start: int) -> None:
    """A part and what is before it are as long as the whole."""
    start = min(start, units(text))
    assert units(part(text, 0, start)) + units(part(text, start)) == units(text)
