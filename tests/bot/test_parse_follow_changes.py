"""The comparison of a channel's posts with what was seen of them before."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.following import Window, reading
from storage.content import Media
from tests.bot.test_coverage import view
from tests.bot.test_media import post

CHANNEL = view()


def looked(posts: dict[int, str], most: int) -> tuple[Any, Window]:
    """The newest posts of a channel, as a look at so many finds them."""
    newest = sorted(posts.items(), reverse=True)[:most]
    found = tuple(post(id=number, html=text, text=text) for number, text in newest)
    return found, Window.of(found, most)


_ARCHIVE = st.dictionaries(st.integers(1, 30), st.sampled_from("ab"), max_size=20)


@given(before=_ARCHIVE, after=_ARCHIVE, most=st.integers(1, 30))
def test_what_both_looks_reach_is_told_and_nothing_else(
    before: dict[int, str], after: dict[int, str], most: int
) -> None:
    """New, edited and deleted are exactly what differs, down to where the shorter look ends."""
    _, old = looked(before, most)
    posts, new = looked(after, most + 3)
    change = reading(CHANNEL, old, posts, new)
    assert [each.id for each in change.added] == sorted(
        number for number in after.keys() - before if number >= max(old.low, new.low)
    )
    common = before.keys() & after.keys()
    assert {each.id for each in change.edited} == {
        number
        for number in common
        if before[number] != after[number] and number in old.marks and number in new.marks
    }
    assert set(change.deleted) == {
        number for number in before.keys() - after if number >= new.low and number in old.marks
    }


def test_counts_are_no_edit() -> None:
    """A post that was seen and liked more often says what it said."""
    one = post(html="Hello.")
    more = replace(one, views=9, forwards=2, reactions=(("👍", 3),), comments=1)
    before, after = Window.of((one,), 9), Window.of((more,), 9)
    assert reading(CHANNEL, before, (more,), after).edited == ()


def test_an_album_that_loses_its_first_part_is_edited() -> None:
    """It has another id then, and is neither gone nor new."""
    whole, rest = (
        post(
            id=parts[0], parts=parts, media=tuple(Media(part=each, kind="photo") for each in parts)
        )
        for parts in ((4, 5, 6), (5, 6))
    )
    before, after = Window.of((whole,), 9), Window.of((rest,), 9)
    change = reading(CHANNEL, before, (rest,), after)
    assert (change.added, change.edited, change.deleted) == ((), (rest,), ())
