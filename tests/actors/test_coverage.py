"""The decision what to read next."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.coverage import FIRST_ID, Page, Range, floor_of, holes, joined, page

ranges = st.tuples(st.integers(1, 60), st.integers(0, 12)).map(lambda r: (r[0], r[0] + r[1]))


def ids(found: tuple[Range, ...] | list[Range]) -> set[int]:
    """Spell ranges out."""
    return {id_ for low, high in found for id_ in range(low, high)}


@given(st.lists(ranges, max_size=8))
def test_joined_ranges_hold_the_same_ids_in_normal_form(given_: list[Range]) -> None:
    """Joining keeps every id; the result is growing, and no range is empty or touches the next."""
    result = joined(given_)
    assert ids(result) == ids(given_)
    assert all(low < high for low, high in result)
    assert all(a[1] < b[0] for a, b in itertools.pairwise(result))


@given(st.lists(ranges, max_size=8), st.integers(1, 70), st.integers(0, 70))
def test_holes_are_what_is_wanted_and_not_covered(
    covered: list[Range], floor: int, newest: int
) -> None:
    """Holes are exactly the ids from floor to newest that are not covered, in normal form."""
    found = holes(covered, floor, newest)
    assert ids(found) == set(range(floor, newest + 1)) - ids(covered)
    assert found == joined(found)


@given(ranges.filter(lambda r: r[0] < r[1]), st.sets(st.integers(1, 90)))
def test_a_page_proves_no_more_than_it_shows(asked: Range, published: set[int]) -> None:
    """What a page covers holds no published id that the page did not bring."""
    answered = sorted(id_ for id_ in published if id_ >= asked[0])[:5]
    judged = page(asked, answered)
    missed = {id_ for id_ in published if judged.read[0] <= id_ < judged.read[1]} - set(judged.ids)
    assert missed == set()
    assert judged.read[0] == asked[0]
    assert judged.rest is None or judged.rest == (judged.read[1], asked[1])


@given(ranges.filter(lambda r: r[0] < r[1]), st.sets(st.integers(1, 90)))
def test_pages_end_with_everything_asked_read(asked: Range, published: set[int]) -> None:
    """Asking on until nothing is left reads the whole hole, once, in order."""
    rest: Range | None = asked
    read: list[Range] = []
    got: list[int] = []
    while rest is not None:
        judged = page(rest, sorted(id_ for id_ in published if id_ >= rest[0])[:3])
        read.append(judged.read)
        got.extend(judged.ids)
        rest = judged.rest
    assert ids(read) >= set(range(*asked))
    assert got == sorted(set(got))
    assert set(got) >= {id_ for id_ in published if asked[0] <= id_ < asked[1]}


def test_a_page_that_was_moved_to_older_ids_is_not_believed() -> None:
    """Ids below the asked range are dropped, whatever the server sends."""
    assert page((50, 60), [40, 41, 50, 52]) == Page(read=(50, 53), ids=(50, 52), rest=(53, 60))


def test_an_empty_page_closes_the_hole_and_nothing_beyond() -> None:
    """Ids that were asked for and are absent were deleted; later ones are not judged."""
    assert page((50, 60), [12]) == Page(read=(50, 60), ids=(), rest=None)


@pytest.mark.parametrize(
    ("depth", "nth", "floor"), [(None, 7, FIRST_ID), (3, 7, 7), (3, None, FIRST_ID)]
)
def test_a_channel_begins_at_its_nth_newest_post(
    depth: int | None, nth: int | None, floor: int
) -> None:
    """With fewer posts than the depth, or without one, a channel begins at its first id."""
    assert floor_of(depth, nth) == floor
