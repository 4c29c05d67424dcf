"""Posts as files."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.keeping_messages import PagePosts
from actors.meaning_messages import LoadPosts
from bot.export import FORMS, FormName, in_parts, posts_of
from storage.meaning_rows import TaggedPost
from storage.rows import PostView
from storage.service_rows import PostsPage

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def tagged(number: int, text: str, published_at: datetime = NOON) -> TaggedPost:
    """Return a post with a text."""
    post = PostView(
        channel_id=1,
        channel_title="=HYPERLINK()",
        id=number,
        published_at=published_at,
        edited_at=None,
        text=text,
        permalink=f"https://t.me/c/1/{number}",
        html=text,
        author=None,
        reply_to=None,
        media=(),
        forward=None,
        links=(),
        views=7,
        forwards=None,
        reactions=(("👍", 2),),
        comments=None,
        protected=False,
        parts=(),
    )
    return TaggedPost(
        post=post,
        tags=("space", "news"),
        tag_state="ok",
        tag_reason=None,
        tag_due_at=None,
        model=None,
        indexed=True,
    )


class Archive:
    """Posts that are asked for as the store is."""

    def __init__(self, posts: Sequence[TaggedPost]) -> None:
        self.posts = sorted(posts, key=lambda each: (each.post.published_at, each.post.id))[::-1]

    async def ask(self, request: Any, *, timeout: float = 1.0) -> Any:  # noqa: ARG002
        match request:
            case PagePosts(before=before, limit=limit, since=since, until=until):
                found = [
                    each.post
                    for each in self.posts
                    if (since is None or since <= each.post.published_at)
                    and (until is None or each.post.published_at < until)
                ]
                end = int(before or 0) + limit
                after = str(end) if end < len(found) else None
                return PostsPage(posts=tuple(found[end - limit : end]), next=after)
            case LoadPosts(posts=keys):
                return tuple(each for each in self.posts if (1, each.post.id) in keys)


async def each_of(posts: Sequence[TaggedPost]) -> AsyncIterator[TaggedPost]:
    for each in posts:
        yield each


async def documents(posts: Sequence[TaggedPost], form: FormName, most: int) -> list[bytes]:
    """Return the parts that posts are written as."""
    parts: dict[int, bytes] = {}
    async for part, piece in in_parts(each_of(posts), FORMS[form], most):
        parts[part] = parts.get(part, b"") + piece
    return list(parts.values())


@given(
    texts=st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=30), max_size=8),
    most=st.integers(1, 3000),
)
async def test_every_part_is_a_document_and_together_they_have_every_text(
    texts: list[str], most: int
) -> None:
    """Whatever the texts and the limit: JSON and CSV are read back whole, part by part."""
    posts = [tagged(number, text) for number, text in enumerate(texts, start=1)]
    parts = [json.loads(part) for part in await documents(posts, "json", most)]
    assert [post["text"] for part in parts for post in part] == texts
    tables = [
        list(csv.DictReader(io.StringIO(part.decode("utf-8-sig"), newline="")))
        for part in await documents(posts, "csv", most)
    ]
    read = [row["text"] for table in tables for row in table]
    assert [each.removeprefix("'") for each in read] == [each.removeprefix("'") for each in texts]


async def test_parts_are_no_larger_than_asked_for() -> None:
    """Thirty posts in parts of at most 2,000 bytes: several, and none is larger."""
    for form in FORMS:
        parts = await documents([tagged(n, "words " * 10) for n in range(30)], form, 2000)
        assert len(parts) > 1
        assert all(len(part) <= 2000 for part in parts)


async def test_nothing_of_a_post_is_a_formula_to_a_spreadsheet() -> None:
    """A text or title that begins like a formula has an apostrophe before it in CSV."""
    [document] = await documents([tagged(1, "=1+1")], "csv", 10_000)
    [row] = csv.DictReader(io.StringIO(document.decode("utf-8-sig")))
    assert (row["channel"], row["text"]) == ("'=HYPERLINK()", "'=1+1")
    assert row["tags"] == "space news"


async def test_json_has_all_that_is_kept() -> None:
    """Times carry their offset, and reactions and tags are there."""
    [document] = await documents([tagged(1, "hello")], "json", 10_000)
    [post] = json.loads(document)
    assert post["published_at"] == "2026-05-01T12:00:00+00:00"
    assert post["reactions"] == [["👍", 2]]
    assert post["tags"] == ["space", "news"]


@given(st.lists(st.integers(0, 5), max_size=30), st.integers(1, 10))
async def test_each_post_is_read_once_whatever_the_pages_cut(seconds: list[int], page: int) -> None:
    """However many posts there are of one moment: each comes once, with its tags."""
    posts = [tagged(each, "", NOON + timedelta(seconds=at)) for each, at in enumerate(seconds)]
    archive = Archive(posts)
    assert [each async for each in posts_of(archive, 1, page=page)] == archive.posts


async def test_a_period_is_asked_for() -> None:
    """What is older than the period or not before its end is left out."""
    posts = [tagged(n, "", NOON + timedelta(hours=n)) for n in range(5)]
    found = posts_of(
        Archive(posts), 1, since=NOON + timedelta(hours=1), until=NOON + timedelta(hours=3)
    )
    assert [each.post.id async for each in found] == [2, 1]
