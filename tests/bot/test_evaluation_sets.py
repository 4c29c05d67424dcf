"""Evaluation sets: the one that comes with the program, and what is refused of others."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from bot.evaluation.errors import SetInvalid
from bot.evaluation.sets import OTHER, load, own, parsed

KINDS = {"known-item", "semantic", "cross-language", "one-word", "misspelt", "inflected"}
GOOD: dict[str, Any] = {
    "posts": [{"id": 1, "text": "a post"}, {"id": 7, "text": "another"}],
    "queries": [{"text": "what", "relevant": [7], "kind": "semantic"}],
}


def changed(**parts: Any) -> bytes:
    """Return a set with some of its parts replaced."""
    return json.dumps(GOOD | parts).encode()


def asking(**parts: Any) -> bytes:
    """Return a set whose only query is changed."""
    return changed(queries=[GOOD["queries"][0] | parts])


def test_our_own_set_is_large_and_mixed() -> None:
    """300 posts or more in two languages, of one line to 1,500 characters; 8 queries of a kind."""
    found = own()
    texts = [post.text for post in found.posts]
    russian = sum(len(re.findall("[а-яё]", text)) > len(text) / 2 for text in texts)
    assert len(texts) >= 300
    assert 0.55 <= russian / len(texts) <= 0.65
    assert min(map(len, texts)) < 100
    assert 1200 < max(map(len, texts)) <= 1500
    assert len(set(texts)) == len(texts)
    kinds = Counter(query.kind for query in found.queries)
    assert set(kinds) == KINDS
    assert min(kinds.values()) >= 8
    assert kinds.total() >= 60


def test_cross_language_queries_are_answered_in_the_other_language() -> None:
    """None of them has a right answer in its own letters."""
    found = own()
    texts = {post.id: post.text for post in found.posts}
    for query in found.queries:
        if query.kind == "cross-language":
            cyrillic = bool(re.search("[а-яё]", query.text))
            for each in query.relevant:
                assert bool(re.search("[а-яё]", texts[each])) != cyrillic, query.text


def test_a_file_is_read(tmp_path: Path) -> None:
    """Posts, queries, their kinds; fields that mean nothing here are passed by."""
    file = tmp_path / "set.json"
    file.write_bytes(changed(queries=[{"text": "what", "relevant": [1, 7]}], note="mine"))
    found = load(file)
    assert [(post.id, post.text) for post in found.posts] == [(1, "a post"), (7, "another")]
    assert found.queries[0].relevant == (1, 7)
    assert found.queries[0].kind == OTHER


@pytest.mark.parametrize(
    ("content", "where", "problem"),
    [
        (b"{", "", "Invalid JSON"),
        (b"\xff", "", "Invalid JSON"),
        (b"[]", "", "object"),
        (b'{"posts": []}', "posts", "at least 1"),
        (changed(queries=[]), "queries", "at least 1"),
        (changed(posts=[{"id": 7}]), "posts[0].text", "required"),
        (changed(posts=[{"id": "7", "text": ""}]), "posts[0].id", "integer"),
        (asking(relevant=[]), "queries[0].relevant", "at least 1"),
        (asking(relevant=[7, 8]), "queries[0].relevant[1]", "no post with the id 8"),
        (asking(relevant=[7, 7]), "queries[0].relevant[1]", "named twice"),
        (asking(relevant="7"), "queries[0].relevant", "array"),
        (asking(kind=3), "queries[0].kind", "string"),
        (asking(text=" \n"), "queries[0].text", "what to look for"),
        (asking(text="x" * 1001), "queries[0].text", "1000"),
        (
            changed(posts=[GOOD["posts"][1], GOOD["posts"][0], GOOD["posts"][1]]),
            "posts[2].id",
            "posts[0] has the id 7",
        ),
    ],
)
def test_a_bad_set_is_refused_with_the_place(content: bytes, where: str, problem: str) -> None:
    """Whatever is wrong is named with where it is, and with the form it has to have."""
    with pytest.raises(SetInvalid) as refused:
        parsed(content, "mine.json")
    text = str(refused.value)
    assert text.startswith(f"The file mine.json is no evaluation set. {'At ' if where else ''}")
    assert f"At {where}: " in text or not where
    assert problem in text
    assert '"relevant": [1]' in text


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    """The path and the system's own reason are named."""
    with pytest.raises(SetInvalid, match=r"nowhere\.json.*No such file"):
        load(tmp_path / "nowhere.json")
