"""What posts hold, read from the sandbox by a stock client."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest
from telethon import TelegramClient
from telethon.crypto import rsa
from telethon.sessions import StringSession
from telethon.tl.functions.messages import GetHistoryRequest

from actors.telegram.content import content, names
from sandbox import (
    PUBLIC_KEY,
    Channel,
    Document,
    Forward,
    Mark,
    Person,
    Photo,
    Sandbox,
    WebPage,
    World,
)
from sandbox.model import MarkKind
from storage.albums import albums
from storage.content import Content, Media, Origin

AT = datetime(2024, 5, 1, 12, tzinfo=UTC)
pytestmark = pytest.mark.anyio

_TAGS = {
    "bold": "<b>x</b>",
    "code": "<code>x</code>",
    "email": '<a href="mailto:x">x</a>',
    "italic": "<i>x</i>",
    "pre": "<pre>x</pre>",
    "spoiler": "<tg-spoiler>x</tg-spoiler>",
    "strike": "<s>x</s>",
    "text_url": '<a href="https://x.org">x</a>',
    "underline": "<u>x</u>",
}
"""What a one-letter mark becomes; the letter is no hashtag, name or site, and stays as it is."""


def _publish_every_kind(world: World, news: Channel, source: Channel) -> None:
    """Publish posts 1 to 14 of News, every kind of them that there is."""
    first = world.publish(source, "first here", at=AT, author="A. Writer")
    kinds = get_args(MarkKind)
    marks = tuple(
        Mark(kind, 2 + place, 1, "https://x.org" if kind == "text_url" else None)
        for place, kind in enumerate(kinds)
    )
    world.publish(news, "plain", at=AT)
    world.publish(news, "🔥" + "x" * len(kinds), marks=marks)
    world.publish(news, "", media=Photo(id=1, size=700, width=80, height=60))
    world.publish(news, "", media=Document(id=2, name="a.pdf", mime="application/pdf", size=900))
    world.publish(
        news, "see x.org", media=WebPage(url="https://x.org/"), marks=(Mark("url", 4, 5),)
    )
    world.album(news, [Photo(id=3), Document(id=4), Photo(id=5)], "three things")
    world.forward(source, first.id, news)
    hidden = Forward(date=AT - timedelta(days=1), name="Somebody")
    world.publish(news, "second hand", forward=hidden)
    world.publish(news, "as we said", reply_to=1)
    world.publish(
        news, "counted", views=10, forwards=2, reactions=(("👍", 3), ("❤", 1)), author="Ed"
    )
    world.publish(news, "stays", protected=True)
    world.service(news, "renamed", "News")


async def _read(sandbox: Sandbox, reader: Person, name: str) -> dict[int, Content]:
    """Read a channel's newest page as a stock client gets it."""
    client = TelegramClient(StringSession(sandbox.mint(reader.id).string()), 1, "hash")
    await asyncio.wait_for(client.connect(), 10)
    try:
        channel: Any = await client.get_entity(name)
        answer = await client(GetHistoryRequest(channel, 0, None, 0, 100, 0, 0, 0))
    finally:
        await asyncio.wait_for(client.disconnect(), 10)
    found = {
        message.id: content(message, names=names(answer), protected=bool(channel.noforwards))
        for message in answer.messages
    }
    return albums({id_: held for id_, held in found.items() if held is not None})


async def test_every_kind_the_sandbox_publishes_is_read() -> None:
    """Text, marks, media, albums, forwards, replies, counts and protection come through whole."""
    rsa.add_key(PUBLIC_KEY, old=False)
    world = World()
    anna = world.person(1, first_name="Anna", phone="79990000101")
    news, source = world.channel("News", username="news"), world.channel("Source")
    for channel in (news, source):
        world.follow(anna, channel)
    _publish_every_kind(world, news, source)
    with Sandbox(world) as sandbox:
        found = await _read(sandbox, anna, "news")
        assert sandbox.mistakes == ()
    assert list(found) == [1, 2, 3, 4, 5, 6, 9, 10, 11, 12, 13]
    _check_texts(found)
    _check_media(found)
    _check_sources(found)
    counted = found[12]
    assert (counted.views, counted.forwards, counted.comments) == (10, 2, None)
    assert (counted.reactions, counted.author) == ((("👍", 3), ("❤", 1)), "Ed")
    assert [id_ for id_, held in found.items() if held.protected] == [13]


async def test_a_protected_channels_posts_are_protected() -> None:
    """What the whole channel says holds for each of its posts."""
    rsa.add_key(PUBLIC_KEY, old=False)
    world = World()
    anna = world.person(1, first_name="Anna", phone="79990000101")
    world.publish(world.channel("Closed", username="closed", protected=True), "stays")
    with Sandbox(world) as sandbox:
        found = await _read(sandbox, anna, "closed")
    assert found[1].protected


def _check_texts(found: dict[int, Content]) -> None:
    assert (found[1].text, found[1].html) == ("plain", "plain")
    shown = [_TAGS.get(kind, "x") for kind in get_args(MarkKind)]
    assert found[2].html == "🔥" + "".join(shown)
    assert found[5].html == 'see <a href="https://x.org">x.org</a>'
    assert found[5].links == ("https://x.org",)
    assert found[6].text == "three things"


def _check_media(found: dict[int, Content]) -> None:
    assert found[3].media == (Media(part=3, kind="photo", size=700, width=80, height=60),)
    assert found[4].media == (
        Media(part=4, kind="document", size=900, file_name="a.pdf", mime="application/pdf"),
    )
    assert [media.kind for media in found[5].media] == ["web_page"]
    assert [(media.part, media.kind) for media in found[6].media] == [
        (6, "photo"), (7, "document"), (8, "photo"),
    ]  # fmt: skip
    assert [id_ for id_, held in found.items() if held.album is not None] == [6]


def _check_sources(found: dict[int, Content]) -> None:
    source = found[9].forward
    assert source is not None
    assert (source.name, source.post_id, source.author) == ("Source", 1, "A. Writer")
    assert source.channel_id is not None
    assert source.at == AT
    day_before = AT - timedelta(days=1)
    assert found[10].forward == Origin(
        channel_id=None, name="Somebody", post_id=None, at=day_before, author=None
    )
    assert [held.reply_to for held in found.values() if held.reply_to] == [1]
    assert found[11].reply_to == 1
