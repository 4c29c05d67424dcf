"""The decision what has become of held posts."""

from datetime import timedelta
from typing import Any

import pytest

from storage.amending import changes, made, more
from storage.rows import Amendment, PostRow
from tests.storage.found import EPOCH, message

LATER, LATEST = EPOCH + timedelta(days=1), EPOCH + timedelta(days=2)


def amendment(*seen: PostRow, **more: Any) -> Amendment:
    """What was learned of channel 7."""
    values = {"deleted": (), "window": None, "pts": None, "swept_to": None} | more
    return Amendment(channel_id=7, seen=seen, **values)


def album(*ids: int, text: str = "t", **more: Any) -> PostRow:
    """Messages of one album as the post they make."""
    (post,) = made(message(id, album=5, text=f"{text}{id}", **more) for id in ids)  # noqa: A001
    return post


@pytest.mark.parametrize(
    ("told", "is_edit"),
    [
        ({"text": "other"}, True),
        ({"author": "Anna"}, True),
        ({"links": ("https://a.example",)}, True),
        ({"views": 9}, False),
        ({"forwards": 9}, False),
        ({"reactions": (("👍", 9),)}, False),
        ({"comments": 9}, False),
        ({"protected": True}, False),
        ({"edited_at": LATER}, False),
    ],
)
def test_what_a_post_says_makes_an_edit_and_counts_do_not(
    told: dict[str, Any], is_edit: bool
) -> None:
    """Both are kept; only what would be tagged and found differently is an edit."""
    now = message(3, **told)
    found = changes([message(3)], amendment(now), 0)
    assert (found.edited, found.recounted) == (({3: now}, {}) if is_edit else ({}, {3: now}))


def test_what_is_the_same_is_not_written() -> None:
    """A message seen again as it is held changes nothing."""
    again = amendment(message(3), message(5, album=5, text="t5"), window=(3, 6))
    found = changes([message(3), album(5, 6)], again, 0)
    assert (found.written, found.gone) == ({}, [])


def test_an_older_look_does_not_undo_an_edit() -> None:
    """What was seen before the last edit that is held is passed by."""
    held = message(3, text="newest", edited_at=LATEST)
    assert changes([held], amendment(message(3, text="new", edited_at=LATER)), 0).written == {}
    newer = message(3, text="newer", edited_at=LATEST)
    assert changes([held], amendment(newer), 0).edited == {3: newer}


def test_a_deletion_counts_more_than_an_edit() -> None:
    """What is told to be deleted is gone, whatever else was seen of it."""
    found = changes([message(3)], amendment(message(3, text="other"), deleted=(3, 4)), 0)
    assert (found.gone, found.written) == ([3], {})


def test_a_window_proves_nothing_outside_and_nothing_hidden() -> None:
    """Only what lies in it, and above what is hidden, is gone when it was not seen."""
    held = [message(id) for id in range(1, 10)]  # noqa: A001
    told = amendment(message(6), window=(3, 8))
    assert changes(held, told, 0).gone == [3, 4, 5, 7]
    assert changes(held, told, 4).gone == [5, 7]
    assert changes(held, told, None).gone == []


def test_an_album_loses_its_messages_one_by_one() -> None:
    """It is held under the lowest of those that are left, until none is."""
    held = album(5, 6, 7)
    found = changes([held], amendment(deleted=(5,)), 0)
    assert (found.left, found.gone) == ([5], [])
    rest = found.edited[5]
    assert (rest.id, rest.content.text) == (6, "t6\n\nt7")
    assert [caption.part for caption in rest.content.captions] == [6, 7]
    assert changes([held], amendment(deleted=(5, 6, 7)), 0).gone == [5]


def test_an_album_takes_an_edit_of_one_message() -> None:
    """What the others say stays."""
    edit = message(6, album=5, text="edited", edited_at=LATER)
    now = changes([album(5, 6)], amendment(edit), 0).edited[5]
    assert (now.content.text, now.edited_at) == ("t5\n\nedited", LATER)


def test_the_counts_of_an_album_seen_whole_may_fall() -> None:
    """A reaction that was taken back stays only while a part of the album has not been seen."""
    held = album(5, 6, reactions=(("👍", 2),))
    less = [message(id, album=5, text=f"t{id}") for id in (5, 6)]  # noqa: A001
    assert changes([held], amendment(*less), 0).recounted[5].content.reactions == ()
    assert changes([held], amendment(less[0]), 0).written == {}


@pytest.mark.parametrize("now", [message(3, album=5), message(3, album=6), message(5)])
def test_a_message_of_another_album_is_not_taken_for_it(now: PostRow) -> None:
    """A message does not move between albums, so whatever says so is passed by."""
    assert changes([message(3), album(5, 6)], amendment(now), 0).written == {}


def test_messages_make_posts() -> None:
    """Albums are made of their messages, of an id given twice the first counts."""
    found = made(
        [
            message(9, album=5, text="nine", edited_at=LATER),
            message(3),
            message(8, album=5, text="eight"),
            message(3, text="again"),
        ]
    )
    assert [(post.id, post.content.text) for post in found] == [(3, "text"), (8, "eight\n\nnine")]
    assert found[1].edited_at == LATER
    assert found[1].published_at == message(8).published_at


def test_more_of_an_album_leaves_what_is_held() -> None:
    """An album takes in new messages, also lower ones, and no older text of what it has."""
    grown = more(album(6, 7, text="held"), album(5, 6, text="found"))
    assert (grown.id, grown.content.text) == (5, "found5\n\nheld6\n\nheld7")
