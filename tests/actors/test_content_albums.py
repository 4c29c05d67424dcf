"""Albums, from the messages that are their parts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.albums import albums, merged, without
from storage.content import Caption, Content, Media, Origin

FIRST = datetime(2024, 5, 1, tzinfo=UTC)
ALBUM = 77

counts = st.none() | st.integers(0, 9)
reactions = st.dictionaries(st.sampled_from("👍❤"), st.integers(1, 9))


def part(
    id_: int, text: str = "", *, album: int | None = ALBUM, links: Sequence[str] = ()
) -> Content:
    """A message with a photo; by default of an album."""
    caption = Caption(
        part=id_, text=text, html=f"<b>{text}</b>" if text else "", links=tuple(links)
    )
    return Content(
        text=caption.text,
        html=caption.html,
        author=None,
        reply_to=None,
        album=album,
        media=(Media(part=id_, kind="photo"),),
        forward=None,
        links=caption.links,
        views=None,
        forwards=None,
        reactions=(),
        comments=None,
        protected=False,
        captions=() if album is None else (caption,),
    )


@st.composite
def parts(draw: st.DrawFn) -> dict[int, Content]:
    """Messages of one album, by id."""
    found: dict[int, Content] = {}
    for id_ in draw(st.sets(st.integers(1, 20), min_size=3, max_size=6)):
        links = draw(
            st.lists(st.sampled_from(["https://a.org", "tg:b", "http://a.org"]), max_size=2)
        )
        found[id_] = part(id_, draw(st.sampled_from(["", "a", "b\n\nc"])), links=links)._replace(
            author=draw(st.sampled_from([None, "Ann", "Bob"])),
            reply_to=draw(counts),
            forward=draw(st.none() | st.builds(
                Origin,
                channel_id=st.none() | st.integers(1, 3),
                name=st.sampled_from([None, "News", "Else"]),
                post_id=counts,
                at=st.integers(0, 3).map(lambda hours: FIRST + timedelta(hours=hours)),
                author=st.sampled_from([None, "Ann"]),
            )),
            views=draw(counts),
            forwards=draw(counts),
            comments=draw(counts),
            reactions=tuple(draw(reactions).items()),
            protected=draw(st.booleans()),
        )  # fmt: skip
    return found


@given(parts(), st.data())
def test_parts_make_the_same_album_in_any_order(
    given_: dict[int, Content], data: st.DataObject
) -> None:
    """Merging is associative and commutative: any order, any halves, one album."""
    whole = reduce(merged, given_.values())
    order = data.draw(st.permutations(sorted(given_)))
    cut = data.draw(st.integers(1, len(order) - 1))
    left = reduce(merged, (given_[id_] for id_ in order[:cut]))
    right = reduce(merged, (given_[id_] for id_ in order[cut:]))
    assert merged(left, right) == merged(right, left) == whole


@given(parts())
def test_merging_a_part_again_changes_nothing(given_: dict[int, Content]) -> None:
    """An album that meets its own parts stays as it is."""
    whole = reduce(merged, given_.values())
    assert all(merged(whole, each) == whole for each in given_.values())


@given(parts(), st.data())
def test_halves_that_were_read_apart_are_one_post(
    given_: dict[int, Content], data: st.DataObject
) -> None:
    """A half that is kept already and the parts that follow make what all parts make at once."""
    kept = data.draw(st.sets(st.sampled_from(sorted(given_)), min_size=1))
    before = albums({id_: given_[id_] for id_ in kept})
    after = albums({**before, **{id_: given_[id_] for id_ in given_.keys() - kept}})
    assert after == albums(given_)
    assert list(after) == [min(given_)]


def test_an_album_is_one_post_in_its_parts_order() -> None:
    """It has the lowest id, its captions in turn, its media in order; other posts stay alone."""
    found = albums({
        14: part(14, album=78),
        12: part(12, "three", links=["tg:c", "https://a.org/"]),
        9: part(9, "alone", album=None),
        10: part(10, "one", links=["https://a.org"]),
        11: part(11),
        13: part(13, "between", album=None),
    })  # fmt: skip
    assert list(found) == [9, 10, 13, 14]
    album = found[10]
    assert album.text == "one\n\nthree"
    assert album.html == "<b>one</b>\n\n<b>three</b>"
    assert album.links == ("https://a.org", "tg:c")
    assert [media.part for media in album.media] == [10, 11, 12]
    assert [caption.part for caption in album.captions] == [10, 11, 12]
    assert found[9] == part(9, "alone", album=None)
    assert found[14] == part(14, album=78)


def test_counts_are_the_greatest_of_any_part() -> None:
    """Telegram counts at one message of an album or at all alike; nothing is added up."""
    one = part(1)._replace(views=5, reactions=(("👍", 1), ("❤", 3)), protected=True)
    other = part(2)._replace(views=7, forwards=1, comments=4, reactions=(("👍", 3), ("🔥", 4)))
    album = merged(one, other)
    assert (album.views, album.forwards, album.comments) == (7, 1, 4)
    assert album.reactions == (("🔥", 4), ("❤", 3), ("👍", 3))
    assert album.protected


def test_an_album_was_first_where_its_first_part_was() -> None:
    """Of the parts' origins the one of the lowest post counts."""
    origins = [
        Origin(channel_id=5, name="News", post_id=id_, at=FIRST, author=None) for id_ in (30, 31)
    ]
    one, other = (part(id_)._replace(forward=origins[id_ - 1]) for id_ in (1, 2))
    assert merged(other, one).forward == origins[0]


def test_an_unknown_origin_comes_last_whichever_is_merged_first() -> None:
    """An origin whose post is not known gives way to one that is, even to number 0."""
    unknown, known = (
        Origin(channel_id=5, name=None, post_id=id_, at=FIRST, author=None) for id_ in (None, 0)
    )
    one, other = part(1)._replace(forward=unknown), part(2)._replace(forward=known)
    assert merged(one, other).forward == merged(other, one).forward == known


def test_an_edited_part_takes_the_place_of_the_old_one() -> None:
    """Its caption, links and media are the new ones, also where the new one has less."""
    album = reduce(merged, [part(1, "old", links=["tg:a"]), part(2, "stays")])
    video = part(1)._replace(media=(Media(part=1, kind="video"),))
    edited = merged(album, video)
    assert (edited.text, edited.links) == ("stays", ())
    assert [media.kind for media in edited.media] == ["video", "photo"]


def test_deleted_parts_leave_the_rest() -> None:
    """An album without some of its messages holds what the others hold, without all nothing."""
    album = reduce(merged, [part(1, "one", links=["tg:a"]), part(2), part(3, "three")])
    assert without(album, {1}) == merged(part(2), part(3, "three"))
    assert without(album, {9}) == album
    assert without(album, {1, 2, 3}) is None


@pytest.mark.parametrize(("one", "other"), [(1, 2), (None, None), (1, None)])
def test_what_is_not_one_album_is_not_merged(one: int | None, other: int | None) -> None:
    """Different albums and single posts are a ValueError."""
    with pytest.raises(ValueError, match="are not one"):
        merged(part(1, album=one), part(2, album=other))
