"""Worlds for tests: random ones, and a small one in a file."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from sandbox import Channel, Document, Folder, Forward, Mark, Person, Photo, WebPage, World

START = datetime(2024, 5, 1, tzinfo=UTC)

texts = st.text(st.characters(codec="utf-8"), max_size=60)
media = st.one_of(
    st.none(),
    st.builds(Photo, id=st.integers(1, 3), size=st.just(50)),
    st.builds(Document, id=st.integers(4, 6), data=st.just(bytes(range(20)))),
    st.builds(WebPage, url=st.just("https://example.org"), title=texts),
)
marks = st.lists(
    st.builds(Mark, st.sampled_from(("bold", "code", "url")), st.integers(0, 9), st.integers(1, 9)),
    max_size=2,
).map(tuple)
reactions = st.dictionaries(st.sampled_from("👍🔥❤"), st.integers(1, 99)).map(
    lambda found: tuple(found.items())
)
forwards = st.none() | st.builds(
    Forward, date=st.just(START), name=st.just("Somebody"), author=st.none()
)


@st.composite
def contents(draw: st.DrawFn, newest: int) -> dict[str, Any]:
    """What a post has besides its text."""
    replies = st.none() | st.integers(1, newest) if newest else st.none()
    return {
        "media": draw(media),
        "marks": draw(marks),
        "reactions": draw(reactions),
        "forward": draw(forwards),
        "reply_to": draw(replies),
        "views": draw(st.none() | st.integers(0, 10**6)),
        "author": draw(st.none() | st.just("A. Writer")),
        "protected": draw(st.booleans()),
    }


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """One to three channels of every sort of post, and two people who see some of them."""
    world = World(clock=lambda: START)
    channels = [
        world.channel(
            draw(texts) or "Channel",
            username=draw(st.sampled_from((None, f"name_{number}"))),
            about=draw(texts),
            megagroup=draw(st.booleans()),
            protected=draw(st.booleans()),
        )
        for number in range(draw(st.integers(1, 3)))
    ]
    for channel in channels:
        _fill(draw, world, channel)
    for number in (1, 2):
        _meet(draw, world, world.person(number, dc=draw(st.sampled_from((2, 4)))), channels)
    return world


def _fill(draw: st.DrawFn, world: World, channel: Channel) -> None:
    for place in range(draw(st.integers(0, 8))):
        at = START + timedelta(minutes=place)
        if draw(st.integers(0, 5)) == 0:
            world.service(channel, "renamed", draw(texts), at=at)
        else:
            newest = channel.last_id
            world.publish(channel, draw(texts), at=at, **draw(contents(newest)))
    said = [number for number in channel.ids if not channel.posts[number].service]
    for post_id in draw(st.sets(st.sampled_from(said), max_size=3)) if said else ():
        change = draw(st.sampled_from(("delete", "edit", "pin")))
        if change == "delete":
            world.delete(channel, post_id)
        elif change == "pin":
            world.pin(channel, post_id)
        else:
            world.edit(channel, post_id, draw(texts), hidden=draw(st.booleans()))


def _meet(draw: st.DrawFn, world: World, person: Person, channels: list[Channel]) -> None:
    for channel in channels:
        if draw(st.booleans()):
            world.follow(person, channel)
            if draw(st.booleans()):
                world.archive(person, channel)
            if draw(st.booleans()):
                world.hide_history(person, channel, draw(st.integers(0, channel.last_id)))
        elif draw(st.booleans()):
            world.ban(person, channel)
    if draw(st.booleans()):
        world.folder(person, Folder(id=2, title="Folder", channels=(channels[0].id,)))


NOON = "2024-05-01T12:00:00+00:00"
LATER = "2024-05-01T13:00:00+00:00"


def small() -> dict[str, Any]:
    """The content of a good file: two channels, three posts, one reader."""
    return {
        "channels": [
            {
                "id": 10,
                "title": "One",
                "username": "one",
                "posts": [
                    {"id": 1, "text": "first", "date": NOON},
                    {"id": 2, "text": "second", "date": LATER, "reply_to": 1},
                ],
            },
            {
                "id": 20,
                "title": "Two",
                "posts": [
                    {"id": 1, "date": LATER, "forward": {"channel": 10, "post": 1}},
                ],
            },
        ],
        "people": [
            {"id": 1, "phone": "+7 999 000 01 01", "follows": [10, 20], "password": {"text": "x"}}
        ],
        "invites": [{"hash": "abc", "channel": 20}],
        "script": [
            {"verb": "publish", "channel": 10, "text": "third"},
            {"verb": "edit", "channel": 10, "post": 3, "text": "third, corrected"},
            {"verb": "delete", "channel": 10, "post": 1},
            {"verb": "ban", "channel": 20, "person": 1},
        ],
    }


def write(folder: Path, content: object) -> Path:
    path = folder / "world.json"
    path.write_text(json.dumps(content), "utf-8")
    return path
