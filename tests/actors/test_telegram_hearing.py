"""Updates of every form, and what they add up to."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telethon.tl import types

from actors.answers import Heard
from actors.telegram.hearing import Hearing

ONE, TWO = 1, 2


def posts(channel: int | None) -> Heard:
    """What is heard of posts."""
    return Heard(channel=channel, posts=True, access=False, folders=False)


def chat(number: int = ONE, **rest: Any) -> types.Channel:
    """A channel as Telegram describes one."""
    return types.Channel(
        number, "News", types.ChatPhotoEmpty(), None, access_hash=5, broadcast=True, **rest
    )


def message(peer: object) -> types.Message:
    """A message in a chat."""
    return types.Message(9, peer, None, "text")


def held(*containers: object) -> list[Heard]:
    """All that is taken out after these were taken in."""
    hearing = Hearing()
    for each in containers:
        hearing.take(each)
    found = []
    while (heard := hearing.taken()) is not None:
        found.append(heard)
    return found


def told(*updates: object, chats: tuple[object, ...] = ()) -> types.Updates:
    """A message of updates."""
    return types.Updates(list(updates), [], list(chats), None, 0)


NEW = types.UpdateNewChannelMessage(message(types.PeerChannel(ONE)), 2, 1)
ACCESS = types.UpdateChannel(ONE)


@pytest.mark.parametrize(
    "update",
    [
        NEW,
        types.UpdateEditChannelMessage(message(types.PeerChannel(ONE)), 2, 1),
        types.UpdateDeleteChannelMessages(ONE, [9], 2, 1),
        types.UpdateChannelTooLong(ONE, 7),
        types.UpdateChannelTooLong(ONE),
    ],
)
def test_whatever_concerns_posts_is_a_reason_to_read(update: object) -> None:
    """In each of the forms a message of updates has."""
    for form in (
        told(update),
        types.UpdateShort(update, None),
        types.UpdatesCombined([update], [], [], None, 0, 0),
    ):
        assert held(form) == [posts(ONE)]


@pytest.mark.parametrize(
    "container",
    [
        told(),
        told(types.UpdateNewMessage(message(types.PeerUser(3)), 2, 1)),
        told(types.UpdateChannelMessageViews(ONE, 9, 100)),
        told(types.UpdateReadChannelInbox(ONE, 9, 0, 2)),
        told(NEW, chats=(types.Channel(ONE, "G", types.ChatPhotoEmpty(), None, megagroup=True),)),
        told(ACCESS, chats=(types.ChannelForbidden(ONE, 5, "G", megagroup=True),)),
        types.UpdateShortMessage(1, 3, "hi", 2, 1, None),
    ],
)
def test_whatever_concerns_no_posts_of_a_channel_is_not_heard(container: object) -> None:
    """Private chats, counts, what was read, and groups."""
    assert held(container) == []


@pytest.mark.parametrize(
    "update",
    [
        types.UpdateDialogFilter(2, None),
        types.UpdateDialogFilters(),
        types.UpdateDialogFilterOrder([2, 3]),
    ],
)
def test_folders_that_change_are_heard(update: object) -> None:
    """They are of no channel, and none has to be read for them."""
    assert held(told(update)) == [Heard(channel=None, posts=False, access=False, folders=True)]


def test_too_much_to_tell_is_a_reason_to_look_at_everything() -> None:
    """Telegram says so itself at times."""
    everything = Heard(channel=None, posts=True, access=True, folders=True)
    assert held(types.UpdatesTooLong()) == [everything]
    assert held(types.UpdatesTooLong(), told(types.UpdateDialogFilters())) == [everything]
    assert held(told(types.UpdateDialogFilters()), types.UpdatesTooLong()) == [everything]


def test_of_the_access_the_last_word_counts_and_posts_stay_news() -> None:
    """Whatever the order, nothing heard is taken back by something else."""
    inside, outside = told(ACCESS, chats=(chat(),)), told(ACCESS, chats=(chat(left=True),))
    (joined,) = held(outside, told(NEW), inside)
    assert (joined.posts, joined.access, joined.gone) == (True, True, None)
    assert joined.seen is not None
    (left,) = held(inside, told(NEW), outside)
    assert (left.posts, left.access, left.seen, left.gone) == (True, True, None, "left")
    assert held(outside, told(NEW)) == held(told(NEW), outside) == held(told(NEW), inside, outside)


def test_a_channel_described_in_part_cannot_be_read_by_that() -> None:
    """Its access hash is another's; that something changed is heard all the same."""
    (heard,) = held(told(ACCESS, chats=(chat(min=True),)))
    assert (heard.access, heard.seen, heard.gone) == (True, None, None)
    (unknown,) = held(told(ACCESS))
    assert (unknown.access, unknown.seen, unknown.gone) == (True, None, None)


@given(st.lists(st.sampled_from([ONE, TWO, 3])))
def test_each_channel_is_taken_out_once_in_the_order_of_its_first_update(
    channels: list[int],
) -> None:
    """However many updates came, and from wherever."""
    news = (types.UpdateChannelTooLong(channel) for channel in channels)
    assert held(*map(told, news)) == [posts(channel) for channel in dict.fromkeys(channels)]
