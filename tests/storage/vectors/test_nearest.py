"""The search, against looking at every point."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.vectors.port import Point, Scope, VectorStore
from tests.examples import examples
from tests.storage.vectors.samples import START, brute_force, point, posts

pytestmark = pytest.mark.anyio

EAST = (1.0, 0.0, 0.0)

numbers = st.integers(-3, 3).map(float)
vectors = st.tuples(numbers, numbers, numbers)
some_points = st.lists(
    st.builds(
        point,
        st.integers(1, 4),
        st.integers(1, 8),
        vectors,
        part=st.integers(0, 3),
        second=st.integers(0, 9),
    ),
    max_size=40,
    unique_by=lambda each: (each.channel_id, each.post_id, each.part),
)
times = st.none() | st.integers(0, 20).map(lambda half: START + timedelta(seconds=half / 2))
scopes = st.builds(
    Scope,
    channels=st.dictionaries(st.integers(1, 5), st.integers(0, 8), max_size=5).map(
        lambda seen: tuple(seen.items())
    ),
    since=times,
    until=times,
)


@settings(
    max_examples=examples(60),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # emptied for each example
)
@given(points=some_points, vector=vectors, seen=scopes, limit=st.integers(1, 12))
async def test_the_nearest_are_those_that_looking_at_every_point_finds(
    store: VectorStore, points: list[Point], vector: tuple[float, ...], seen: Scope, limit: int
) -> None:
    """Random points, scopes and periods: the same scores, only posts that are shown, each once."""
    await store.ensure("c", 3)
    for channel in range(1, 5):
        await store.remove_channel("c", channel)
    await store.upsert("c", points)
    expected = brute_force(points, vector, seen)
    found = await store.nearest("c", vector, seen, limit)
    scores = [each.score for each in found]
    assert scores == pytest.approx(sorted(expected.values(), reverse=True)[:limit], abs=1e-5)
    shown = posts(found)
    assert len(set(shown)) == len(shown)
    assert [expected[post] for post in shown] == pytest.approx(scores, abs=1e-5)


async def test_a_thousand_channels_are_one_scope(store: VectorStore) -> None:
    """The nearest of many channels are found, with and without ids above which they are seen."""
    await store.ensure("c", 3)
    await store.upsert("c", [point(channel, 1) for channel in range(1, 2001)])
    seen = Scope(channels=tuple((channel, channel % 2) for channel in range(1, 1001)))
    found = posts(await store.nearest("c", EAST, seen, 1000))
    assert found == [(channel, 1) for channel in range(2, 1001, 2)]


async def test_what_may_not_be_seen_crowds_nothing_out(store: VectorStore) -> None:
    """A hundred nearer posts of another channel leave no place among the nearest of all."""
    await store.ensure("c", 3)
    await store.upsert("c", [point(1, post, EAST) for post in range(1, 101)])
    await store.upsert("c", [point(2, post, (1.0, post / 100, 0.0)) for post in range(1, 51)])
    found = posts(await store.nearest("c", EAST, Scope(channels=((2, 3),)), 5))
    assert found == [(2, post) for post in range(4, 9)]


async def test_a_period_begins_with_its_start_and_ends_before_its_end(store: VectorStore) -> None:
    """To the second."""
    await store.ensure("c", 3)
    await store.upsert("c", [point(1, 1 + second, second=second) for second in range(5)])

    async def within(since: float | None, until: float | None) -> list[int]:
        bounds = [None if at is None else START + timedelta(seconds=at) for at in (since, until)]
        seen = Scope(channels=((1, 0),), since=bounds[0], until=bounds[1])
        return [post for _, post in posts(await store.nearest("c", EAST, seen, 10))]

    assert await within(1, 3) == [2, 3]
    assert await within(0.5, 2.5) == [2, 3]
    assert await within(3, None) == [4, 5]
    assert await within(None, 1) == [1]
