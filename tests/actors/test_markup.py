"""Formatted text as HTML."""

from __future__ import annotations

import pytest
from hypothesis import example, given

from actors.markup import (
    Entity,
    EntityKind,
    FormattedText,
    joined,
    links,
    parse,
    render,
    safe,
    unique,
    units,
)
from tests.actors.markup_texts import SAFE, Strict, addresses, formatted, texts

TAG_OF = {
    "bold": "b",
    "italic": "i",
    "underline": "u",
    "strikethrough": "s",
    "spoiler": "tg-spoiler",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}


@given(formatted)
@example(FormattedText("a", (Entity("bold", 0, 1), Entity("bold", 0, 1))))
def test_any_marks_give_well_formed_html_with_the_same_text(text: FormattedText) -> None:
    """Whatever the text and its marks, the HTML is well-formed, allowed, and says the text."""
    assert Strict(render(text)).text == text.text


@given(formatted)
def test_marks_are_on_the_characters_they_were_put_on(text: FormattedText) -> None:
    """Each character has the tags whose UTF-16 units touch it, and no other."""
    expected = []
    place = 0
    for character in text.text:
        after = place + len(character.encode("utf-16-le")) // 2
        kinds = {
            mark.kind
            for mark in text.entities
            if mark.length > 0 and mark.offset < after and place < mark.offset + mark.length
        }
        place = after
        literal = next((kind for kind in ("pre", "code") if kind in kinds), None)
        shown = kinds & {literal, "blockquote"} if literal else kinds
        expected.append({TAG_OF[kind] for kind in shown if kind in TAG_OF})
    found = [set(tags) - {"a"} for tags in Strict(render(text)).tags]
    # The language of a pre is told by a code inside it.
    found = [tags - {"code"} if "pre" in tags else tags for tags in found]
    assert found == expected


@given(formatted)
def test_html_reads_back_as_what_it_shows(text: FormattedText) -> None:
    """What is rendered is parsed to the same text, and rendered again to the same HTML."""
    html = render(text)
    again = parse(html)
    assert again.text == text.text
    assert render(again) == html


@pytest.mark.parametrize(
    ("text", "marks", "html"),
    [
        ("a < b & c > \"d\" 'e'", [], "a &lt; b &amp; c &gt; \"d\" 'e'"),
        ("🔥 bold", [Entity("bold", 3, 4)], "🔥 <b>bold</b>"),
        ("🔥🔥", [Entity("bold", 1, 1)], "<b>🔥</b>🔥"),
        (
            "abcd",
            [Entity("bold", 0, 4), Entity("italic", 1, 2)],
            "<b>a<i>bc</i>d</b>",
        ),
        (
            "abcd",
            [Entity("bold", 0, 3), Entity("italic", 2, 2)],
            "<b>ab<i>c</i></b><i>d</i>",
        ),
        ("abc", [Entity("bold", 0, 2), Entity("italic", 0, 3)], "<i><b>ab</b>c</i>"),
        ("ab", [Entity("italic", 0, 2), Entity("bold", 0, 2)], "<i><b>ab</b></i>"),
        (
            "abc",
            [Entity("bold", 0, 3), Entity("blockquote", 1, 2)],
            "<b>a</b><blockquote><b>bc</b></blockquote>",
        ),
        (
            "abc",
            [Entity("bold", 0, 3), Entity("pre", 1, 1, language="c++")],
            '<b>a</b><pre><code class="language-c++">b</code></pre><b>c</b>',
        ),
        ("ab", [Entity("pre", 0, 2, language="a b")], "<pre>ab</pre>"),
        ("ab", [Entity("blockquote", 0, 1), Entity("blockquote", 1, 1)],
         "<blockquote>a</blockquote><blockquote>b</blockquote>"),
        ("ab", [Entity("bold", 0, 0), Entity("bold", 5, 1), Entity("bold", 0, -1)], "ab"),
        (
            "go",
            [Entity("text_link", 0, 2, url='https://a.org/?a=1&b="x"')],
            '<a href="https://a.org/?a=1&amp;b=&quot;x&quot;">go</a>',
        ),
        ("go", [Entity("text_link", 0, 2, url="javascript:alert(1)")], "go"),
        ("go", [Entity("text_link", 0, 2)], "go"),
        ("me", [Entity("text_mention", 0, 2, url="tg://user?id=7")],
         '<a href="tg://user?id=7">me</a>'),
        ("a.org/b", [Entity("url", 0, 7)], '<a href="https://a.org/b">a.org/b</a>'),
        ("a@b.org", [Entity("email", 0, 7)], '<a href="mailto:a@b.org">a@b.org</a>'),
        ("+7 (9) 1", [Entity("phone_number", 0, 8)], '<a href="tel:+791">+7 (9) 1</a>'),
        ("@name", [Entity("mention", 0, 5)], '<a href="https://t.me/name">@name</a>'),
        ("@a/../b", [Entity("mention", 0, 7)], "@a/../b"),
        ("abcd",
         [Entity("text_link", 0, 3, url="a.org"), Entity("text_link", 1, 3, url="b.org")],
         '<a href="https://a.org">abc</a><a href="https://b.org">d</a>'),
    ],
)  # fmt: skip
def test_marks_become_tags(text: str, marks: list[Entity], html: str) -> None:
    """Each kind has its tag; crossing marks are reopened, code holds text alone."""
    assert render(FormattedText(text, tuple(marks))) == html


@given(addresses)
def test_only_safe_addresses_pass(address: str) -> None:
    """What is let through begins with a known scheme and has no character to hide behind."""
    passed = safe(address)
    if passed is not None:
        assert passed.lower().startswith(SAFE)
        assert not any(ord(character) <= 32 for character in passed)
        assert safe(passed) == passed


@pytest.mark.parametrize(
    ("address", "passed"),
    [
        ("https://a.org/b c", "https://a.org/b%20c"),
        (" http://a.org ", "http://a.org"),
        ("TG://resolve?domain=a", "TG://resolve?domain=a"),
        ("t.me/a", "https://t.me/a"),
        ("сайт.рф:8080/а", "https://сайт.рф:8080/а"),
        ("tel:+7999", "tel:+7999"),
        ("mailto:a@b.org", "mailto:a@b.org"),
        ("javascript:alert(1)", None),
        ("JAVASCRIPT:alert(1)", None),
        ("java\tscript:alert(1)", None),
        ("\x01javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("file:///etc/passwd", None),
        ("a.org:alert(1)", None),
        ("//a.org", None),
        ("https://", None),
        ("word", None),
        ("", None),
    ],
)
def test_addresses_are_told_apart(address: str, passed: str | None) -> None:
    """Five schemes are known, a site's bare name gets https, everything else is no address."""
    assert safe(address) == passed


def test_an_address_is_kept_once() -> None:
    """Of addresses of one place the first stays, in its place; paths keep their case."""
    given_ = [
        "https://A.org/",
        "tg:a",
        "http://a.org",
        "https://a.org/B",
        "https://a.org/b",
        "tg:a",
    ]
    assert unique(given_) == ("https://A.org/", "tg:a", "https://a.org/B", "https://a.org/b")


def test_links_come_in_the_texts_order() -> None:
    """Named and hidden addresses are found, unsafe ones and other marks are not."""
    kinds: list[tuple[EntityKind, int, int, str | None]] = [
        ("text_link", 9, 4, "https://hidden.org"),
        ("url", 3, 5, None),
        ("text_link", 0, 2, "javascript:x"),
        ("email", 3, 5, None),
        ("bold", 3, 5, None),
    ]
    marks = tuple(Entity(kind, offset, length, url) for kind, offset, length, url in kinds)
    text = FormattedText("🔥 a.org here", marks)
    assert links(text) == ("https://a.org", "https://hidden.org")


@given(formatted, formatted)
def test_joined_texts_keep_their_marks(one: FormattedText, other: FormattedText) -> None:
    """Two texts side by side render as they do alone, if their marks stay within them."""
    one, other = parse(render(one)), parse(render(other))
    separator = "\n🔥" if one.text and other.text else ""
    assert render(joined([one, other], "\n🔥")) == render(one) + separator + render(other)


@given(texts)
def test_units_are_those_of_utf_16(text: str) -> None:
    """A text is as long as Telegram counts it."""
    assert units(text) == len(text.encode("utf-16-le")) // 2


@pytest.mark.parametrize(
    ("html", "problem"),
    [
        ("<script>x</script>", "<script> is none of a, b"),
        ("<b>x", "<b> is not closed"),
        ("x</b>", "</b> closes nothing"),
        ("<b><i>x</b></i>", "</b> closes nothing, or not what was opened last"),
        ("a<br/>b", "<br> is none of"),
        ("a<!-- x -->b", "comment"),
        ("<!doctype html>", "declaration"),
        ("<?php x?>", "instruction"),
        ("<![CDATA[x]]>", "text"),
    ],
)
def test_other_html_is_refused(html: str, problem: str) -> None:
    """HTML that Telegram would not take is a ValueError that names the place and the problem."""
    with pytest.raises(ValueError, match=r"at \(1, \d+\)") as caught:
        parse(html)
    assert problem in str(caught.value)


def test_an_unsafe_link_is_read_as_its_text() -> None:
    """Parsing drops what rendering would not have written."""
    assert parse('<a href="javascript:x">go</a>') == FormattedText("go")
    assert parse("<a>go</a>") == FormattedText("go")
