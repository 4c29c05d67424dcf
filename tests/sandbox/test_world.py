"""The model, the demo's world, and generated ones."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest

from sandbox import (
    DateOutOfOrder,
    IdTaken,
    NaiveDate,
    NotAPost,
    UnknownPost,
    World,
    demo_world,
    generated_world,
    later_posts,
)

NOW = datetime(2024, 5, 1, 12, 30, 15, 999, tzinfo=UTC)


def test_ids_grow_and_are_never_given_again() -> None:
    """A deleted post's id stays unused, and an explicit id must be above all before it."""
    world = World()
    channel = world.channel("News")
    first, second = world.publish(channel, "one"), world.publish(channel, "two")
    world.delete(channel, second.id)
    assert world.publish(channel, "three").id == 3
    assert world.publish(channel, "ten", id=10).id == 10
    with pytest.raises(IdTaken, match="5"):
        world.publish(channel, "late", id=5)
    assert channel.ids == [first.id, 3, 10]
    assert channel.newest is channel.posts[10]


def test_every_change_moves_pts_by_one() -> None:
    """Publishing, editing and deleting each count once."""
    world = World()
    channel = world.channel("News")
    post = world.publish(channel, "one")
    world.edit(channel, post.id, "two")
    world.delete(channel, post.id)
    assert channel.pts == 4
    for change in (lambda: world.edit(channel, 1, ""), lambda: world.delete(channel, 1)):
        with pytest.raises(UnknownPost):
            change()
    assert channel.pts == 4


def test_dates_are_whole_aware_and_ascending() -> None:
    """Dates are kept in UTC and whole seconds; naive and earlier ones are refused."""
    world = World(clock=lambda: NOW)
    channel = world.channel("News")
    east = timezone(timedelta(hours=3))
    first = world.publish(channel, "one", at=NOW.astimezone(east))
    assert first.date == NOW.replace(microsecond=0)
    assert first.date.tzinfo is UTC
    with pytest.raises(NaiveDate):
        world.publish(channel, "naive", at=datetime(2024, 5, 2))  # noqa: DTZ001
    with pytest.raises(DateOutOfOrder):
        world.publish(channel, "earlier", at=NOW - timedelta(hours=1))
    later = world.publish(channel, "later", at=NOW + timedelta(days=1))
    assert world.publish(channel, "now").date == later.date


def test_ids_and_usernames_are_taken_once() -> None:
    """People and channels have their own ids, and share the usernames, whatever the case."""
    world = World()
    world.person(1, username="same")
    channel = world.channel("News", id=1)
    for clash in (
        lambda: world.person(1),
        lambda: world.channel("Other", id=1),
        lambda: world.channel("Other", username="SAME"),
    ):
        with pytest.raises(IdTaken):
            clash()
    assert world.channel("Next").id > channel.id


def test_the_demo_has_fifteen_channels_and_36_posts() -> None:
    """Its reader follows all; posts are unique, long enough, and of the last fifteen hours."""
    world = demo_world(NOW)
    (person,) = world.people.values()
    assert person.id == 8_124_731_874
    assert set(person.follows) == set(world.channels)
    assert len(world.channels) == 15
    posts = [post for channel in world.channels.values() for post in channel.posts.values()]
    assert len({post.text for post in posts}) == len(posts) == 36
    assert all(200 <= len(post.text) <= 1500 for post in posts)
    ages = [NOW - post.date for post in posts]
    assert timedelta(minutes=1) < min(ages) < timedelta(hours=1)
    assert timedelta(hours=14) < max(ages) <= timedelta(hours=15)
    russian = Counter(any("а" <= letter <= "я" for letter in post.text) for post in posts)
    assert min(russian[True], russian[False]) >= 12


def test_the_demo_has_three_posts_for_later() -> None:
    """They belong to its channels and differ from what is there."""
    world = demo_world(NOW)
    texts = {post.text for channel in world.channels.values() for post in channel.posts.values()}
    later = later_posts()
    assert len(later) == 3
    assert all(channel in world.channels and text not in texts for channel, text in later)


def test_generated_worlds_repeat() -> None:
    """The same arguments give the same world, another seed another; everybody follows all."""

    def texts(world: World) -> list[str]:
        return [post.text for channel in world.channels.values() for post in channel.posts.values()]

    one = generated_world(channels=4, posts=50, people=3, seed=5, now=NOW)
    two = generated_world(channels=4, posts=50, people=3, seed=5, now=NOW)
    other = generated_world(channels=4, posts=50, people=3, seed=6, now=NOW)
    assert texts(one) == texts(two) != texts(other)
    assert len(one.people) == 3
    assert all(set(person.follows) == set(one.channels) for person in one.people.values())
    assert all(channel.last_date == NOW.replace(microsecond=0) for channel in one.channels.values())
    assert {channel.username is None for channel in one.channels.values()} == {True, False}


def test_a_service_message_is_not_treated_as_a_post() -> None:
    """What Telegram does to no service message is refused; it can be deleted."""
    world = World()
    channel, other = world.channel("News"), world.channel("Other")
    number = world.service(channel).id
    changes: list[Callable[[], object]] = [
        lambda: world.pin(channel, number),
        lambda: world.edit(channel, number, "text"),
        lambda: world.count(channel, number, views=1),
        lambda: world.forward(channel, number, other),
    ]
    for change in changes:
        with pytest.raises(NotAPost, match="choose a post"):
            change()
    world.delete(channel, number)
    assert (channel.ids, channel.pts) == ([], 3)
