"""Ids, names, filters and the choice of the nearest, without any store."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.vectors.errors import (
    CollectionMisnamed,
    CollectionMissing,
    VectorsFull,
    WrongDimension,
)
from storage.vectors.filters import of_posts, within
from storage.vectors.points import check_name, payload, point_id
from storage.vectors.port import Near, Scope
from storage.vectors.ranking import near, nearest_posts
from storage.vectors.refusals import told
from tests.storage.vectors.samples import point

pieces = st.builds(
    Near,
    channel_id=st.integers(1, 2),
    post_id=st.integers(1, 3),
    score=st.sampled_from([-1.0, -0.5, 0.0, 0.25, 0.5, 1.0]),
)


def test_the_id_of_a_point_never_changes() -> None:
    """Points that were written long ago are found again; channel, post and part tell them apart."""
    assert str(point_id(point(1, 2, part=3))) == "0bfa5f32-1d36-5c29-8b3d-d99a8febe716"
    ids = {point_id(point(c, p, part=n)) for c in (1, 11) for p in (1, 11) for n in (1, 11)}
    assert len(ids) == 8


def test_what_is_kept_beside_a_vector_are_whole_numbers() -> None:
    """The time of publication is in seconds since 1970, wherever its zone is."""
    assert payload(point(1, 2, part=3, second=5)) == {
        "channel_id": 1,
        "post_id": 2,
        "part": 3,
        "published_at": int(datetime(2026, 1, 1, tzinfo=UTC).timestamp()) + 5,
    }


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", ".hidden", "a b", "x" * 101, "я", "a\n"])
def test_a_name_for_no_folder_is_refused(name: str) -> None:
    """Whatever a file system or an address would read as something else."""
    with pytest.raises(CollectionMisnamed):
        check_name(name)


@pytest.mark.parametrize("name", ["a", "x" * 100, "use-3_512.v1"])
def test_a_plain_name_will_do(name: str) -> None:
    """Letters, digits, dots, dashes and underscores, up to 100."""
    check_name(name)


def test_channels_are_gathered_by_where_they_begin() -> None:
    """All that are seen as a whole are one clause, and so are those that begin at one id."""
    seen = Scope(channels=((1, 0), (2, 7), (3, 0), (4, 7), (5, 9)))
    clauses = within(seen)["should"]
    assert clauses[0] == {"key": "channel_id", "match": {"any": [1, 3]}}
    assert [each["must"][0]["match"]["any"] for each in clauses[1:]] == [[2, 4], [5]]
    assert [each["must"][1]["range"] for each in clauses[1:]] == [{"gt": 7}, {"gt": 9}]


def test_a_period_is_rounded_to_the_seconds_it_means() -> None:
    """At or after 0.5 s and before 2.5 s are the seconds 1 and 2."""
    start = datetime(1970, 1, 1, tzinfo=UTC)
    bounds = [start + timedelta(seconds=at) for at in (0.5, 2.5)]
    period = within(Scope(channels=((1, 0),), since=bounds[0], until=bounds[1]))["must"]
    assert period == [{"key": "published_at", "range": {"gte": 1, "lt": 3}}]


def test_posts_are_meant_by_channel_but_for_what_was_just_written() -> None:
    """One clause a channel, and the new points are kept by their ids."""
    new = point_id(point(1, 5))
    meant = of_posts([(1, 5), (2, 5), (1, 6)], but=[new])
    assert [each["must"][1]["match"]["any"] for each in meant["should"]] == [[5, 6], [5]]
    assert meant["must_not"] == [{"has_id": [str(new)]}]
    assert "must_not" not in of_posts([(1, 5)])


@pytest.mark.anyio
@given(found=st.lists(pieces, max_size=40), limit=st.integers(0, 5))
async def test_the_nearest_posts_are_those_of_all_pieces(found: list[Near], limit: int) -> None:
    """Asking for a few pieces at a time chooses as good posts as looking at every piece does."""
    best: dict[tuple[int, int], float] = {}
    for each in found:
        post = (each.channel_id, each.post_id)
        best[post] = max(best.get(post, -1.0), each.score)
    by_score = sorted(found, key=lambda each: (-each.score, random.random()))  # noqa: S311

    async def engine(wanted: int) -> Sequence[Near]:
        return by_score[:wanted]

    chosen = await nearest_posts(engine, limit)
    assert [each.score for each in chosen] == sorted(best.values(), reverse=True)[:limit]
    assert all(best[each.channel_id, each.post_id] == each.score for each in chosen)
    assert len({(each.channel_id, each.post_id) for each in chosen}) == len(chosen)


def test_no_more_is_asked_for_than_is_needed() -> None:
    """When the first answer has enough posts, or all there are, it is the only one."""
    asked: list[int] = []

    async def engine(wanted: int) -> Sequence[Near]:
        asked.append(wanted)
        return [Near(channel_id=1, post_id=post, score=0.5) for post in range(7)][:wanted]

    for limit in (3, 20):
        coroutine = nearest_posts(engine, limit)
        with pytest.raises(StopIteration):
            coroutine.send(None)
    assert asked == [6, 40]


def test_rounding_makes_no_score_above_one() -> None:
    """Engines compute in 32 bits."""
    fields = {"channel_id": 1, "post_id": 2}
    assert (near(fields, 1.0000001).score, near(fields, -1.0000001).score) == (1.0, -1.0)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Wrong input: Vector dimension error: expected dim: 3, got 4", WrongDimension),
        ("Service runtime error: IO Error: No space left on device (os error 28)", VectorsFull),
        ("Service runtime error: Shard is not initialized", CollectionMissing),
        ("Service internal error: it broke (os error 2)", type(None)),
    ],
)
def test_what_the_engine_says_is_understood(text: str, kind: type) -> None:
    """Its refusals are texts; the rest is left to whoever asked."""
    assert type(told(text, collection="c", where="there")) is kind
