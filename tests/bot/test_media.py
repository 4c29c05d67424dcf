"""What posts carry and where they come from, in words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.media import clock, described, one, several, volume
from sandbox import Document, Forward, Photo, Sandbox
from storage.content import Media
from storage.rows import PostView
from tests.bot.conftest import PERSON, CommandLine

THEN = datetime(2026, 5, 17, 9, 30, tzinfo=UTC)


def post(**values: Any) -> PostView:
    """A post that says nothing, but for what is given."""
    nothing: dict[str, Any] = {
        "channel_id": 1,
        "channel_title": "News",
        "id": 5,
        "published_at": THEN,
        "edited_at": None,
        "text": "",
        "permalink": "https://t.me/news/5",
        "html": "",
        "author": None,
        "reply_to": None,
        "media": (),
        "forward": None,
        "links": (),
        "views": None,
        "forwards": None,
        "reactions": (),
        "comments": None,
        "protected": False,
        "parts": (),
    }
    return PostView(**nothing | values)


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (1, "1 byte"),
        (999, "999 bytes"),
        (1000, "1.0 KB"),
        (9_949, "9.9 KB"),
        (9_960, "10 KB"),
        (999_499, "999 KB"),
        (999_500, "1.0 MB"),
        (4_200_000_000, "4.2 GB"),
        (5_000_000_000_000_000, "5000 TB"),
    ],
)
def test_a_size_is_told_in_two_or_three_digits(size: int, words: str) -> None:
    """In the largest unit of which there is one."""
    assert volume(size) == words


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.4, "0:00"), (7.0, "0:07"), (65.2, "1:05"), (3723, "1:02:03")]
)
def test_a_duration_is_told_as_a_clock_shows_it(seconds: float, words: str) -> None:
    """In minutes and seconds, with hours where there are any."""
    assert clock(seconds) == words


def test_one_is_told_with_its_name_length_and_size() -> None:
    """What is not known is left out; a name cannot move the cursor."""
    video = Media(part=5, kind="video", size=3_200_000, duration=65, file_name="a\x1b[2J.mp4")
    assert one(video) == "video a[2J.mp4 (1:05, 3.2 MB)"
    assert one(Media(part=5, kind="round_video", duration=7)) == "round video (0:07)"
    assert one(Media(part=5, kind="poll")) == "poll"


def test_several_are_counted_by_kind() -> None:
    """In the order in which they come."""
    kinds = [Media(part=5, kind=kind) for kind in ("video", "photo", "audio", "photo", "audio")]
    assert several(kinds) == "1 video, 2 photos, 2 pieces of audio"


def test_an_album_is_told_as_one() -> None:
    """With how many messages it has, also where only one of them carries something."""
    photos = tuple(Media(part=part, kind="photo") for part in (5, 6))
    assert described(post(media=photos, parts=(5, 6, 7))) == "album of 3: 2 photos"
    assert described(post(media=photos[:1], parts=(5, 6))) == "album of 2: photo"
    assert described(post(parts=(5, 6))) == "album of 2"
    assert described(post(media=photos[:1])) == "photo"
    assert described(post()) == ""


def test_posts_show_what_they_carry(known: CommandLine, telegram: Sandbox) -> None:
    """An album is one post; files, origins, edits, counts and private links are told."""
    public = next(each for each in telegram.world.channels.values() if each.username)
    private = next(each for each in telegram.world.channels.values() if not each.username)
    world = telegram.world

    def happen() -> None:
        world.album(public, [Photo(id=901), Photo(id=902)], "Two views.")
        file = world.publish(
            private, "", media=Document(id=903, name="plan.pdf", mime="application/pdf", size=1500)
        )
        world.count(private, file.id, views=1200)
        world.publish(private, "Heard.", forward=Forward(date=THEN, name="Somebody\x1b"))
        world.edit(private, file.id, "The plan.")

    telegram.run(happen)
    assert known.run("parse", PERSON).status == 0
    shown = known.run("posts", PERSON, "--limit", 3).out
    assert shown.count("https://") == 3
    assert "  Two views.\n  [album of 2: 2 photos]\n" in shown
    assert "  The plan.\n  [document plan.pdf (1.5 KB)]\n  1200 views\n" in shown
    assert f"  https://t.me/c/{private.id}/{private.last_id - 1}\n" in shown
    assert "  forwarded from Somebody\n" in shown
    assert ", edited 20" in shown
    facts = known.run("posts", PERSON, "--limit", 3, "--json").facts["posts"]
    (album,) = [each for each in facts if each["parts"]]
    assert [each["kind"] for each in album["media"]] == ["photo", "photo"]
    assert "html" in album
