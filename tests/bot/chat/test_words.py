"""Whatever people write, messages about it are HTML that Telegram takes, and say it as it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

import actors
from actors.markup import parse, split
from actors.search_values import Manner
from bot import texts
from bot.chat.answer_words import answer_html
from bot.chat.digest_words import digest_html
from bot.chat.found_words import marked, page_html
from tests.bot.test_export import tagged

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
POST = tagged(1, "").post

anything = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60) | st.sampled_from(
    ["</b>", "<a href='x'>", "&amp;", "&", '"><script>', "[1]", "{text}", "<blockquote>"]
)
languages = st.sampled_from([texts.EN, texts.RU])


def post(title: str, link: str) -> actors.Post:
    """Return a post of a channel with a title, that has a link."""
    return replace(POST, channel_title=title, permalink=f"https://t.me/{link}")


@given(anything, anything, anything, anything, languages)
def test_hits_are_html(title: str, text: str, tag: str, link: str, said: texts.Texts) -> None:
    """Titles, texts, tags, links and queries show as they are, and break nothing out of."""
    hit = actors.Hit(
        post=post(title, link),
        score=1.0,
        similarity=None,
        by_words=True,
        snippet=actors.Snippet(text=text, marks=((0, len(text) // 2),)),
        tags=(tag,),
    )
    found = actors.Found(query=text, corrected=title, hits=(hit,), trouble=tag)
    shown = parse(page_html(found, 0, said, "Europe/Moscow")).text
    assert title in shown
    assert text.strip() in shown


@given(anything, anything, anything, languages, st.sampled_from(["model", "extract", "nothing"]))
def test_answers_are_html(
    title: str, text: str, link: str, said: texts.Texts, manner: Manner
) -> None:
    """What a model or a post says shows as it is, around citations that are links."""
    answer = actors.Answer(
        question="?",
        text=f"{text} [1]",
        sources=(actors.Source(number=1, post=post(title, link), cited=True),),
        manner=manner,
        model=title,
        trouble=text,
    )
    shown = parse(answer_html(answer, said, "UTC")).text
    assert title in shown
    assert manner == "nothing" or text.strip() in shown


@given(anything, anything, anything, languages, st.integers(0, 200))
def test_digests_are_html_however_long(
    title: str, text: str, link: str, said: texts.Texts, lines: int
) -> None:
    """Stories and summaries show as they are, also when it takes many messages."""
    stories = tuple(
        actors.DigestLine(number=n, text=f"{text}{n}", post=post(title, link), also=(POST,))
        for n in range(1, lines + 1)
    )
    topic = actors.DigestTopic(topic=title, lines=stories, posts=lines, summary=f"{text} [1]")
    digest = actors.Digest(
        since=NOON,
        until=NOON,
        posts=lines,
        topics=(topic,),
        untagged=1,
        cut=True,
        model=None,
        trouble=text,
    )
    html = digest_html(digest, said, "UTC")
    shown = "".join(parse(piece).text for piece in split(html))
    assert all(" ".join(story.text.split()) in shown for story in stories)


@pytest.mark.parametrize(
    ("text", "marks", "html"),
    [
        ("one two", ((0, 3),), "<b>one</b> two"),
        ("a<b two", ((0, 3), (4, 7)), "<b>a&lt;b</b> <b>two</b>"),
        ("x" * 500, ((395, 405),), "x" * 400),
    ],
)
def test_marks_are_bold(text: str, marks: tuple[tuple[int, int], ...], html: str) -> None:
    """What was searched for is bold, also where it is no markup; beyond the cut nothing is."""
    assert marked(actors.Snippet(text=text, marks=marks)) == html
