"""Exports in the chat: documents with exactly what was asked for."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import actors
from actors.house import House
from bot.chat.export_files import documents, stem
from bot.export import FORMS, posts_of
from sandbox import Channel, Sandbox, World
from sandbox.botapi import Person, Shown
from storage.meaning_rows import TaggedPost
from tests.bot.chat.talking import PATIENCE, pressed, said, told
from tests.bot.test_export import NOON, tagged

pytestmark = pytest.mark.anyio


async def document(person: Person, message: Shown, button: str) -> Shown:
    """Press a button, and wait for the document that comes of it."""
    await person.press(message, button).awaited(PATIENCE)
    return await person.awaited(
        lambda shown: shown.document is not None, within=PATIENCE, after=message.id
    )


def listed(folder: Path) -> list[Path]:
    """Return what is in a folder."""
    return list(folder.iterdir())


@given(st.text(max_size=100))
def test_a_files_name_is_safe(what: str) -> None:
    """Whatever a channel is called: letters, digits and dashes, and not too many."""
    assert re.fullmatch(r"tgactors-[A-Za-z0-9-]{1,40}-2026-05-01", stem(what, "2026-05-01"))


async def test_large_exports_come_in_numbered_parts(folder: Path) -> None:
    """What does not fit one document comes as several, each whole and gone when it was sent."""

    async def posts() -> AsyncIterator[TaggedPost]:
        for number in range(10):
            yield tagged(number, "words " * 20)

    names, texts = [], []
    async for path in documents(posts(), FORMS["json"], folder, "name", most=2000):
        assert listed(folder) == [path]
        names.append(path.name)
        texts += [post["id"] for post in json.loads(path.read_bytes())]
    assert names[:2] == ["name-1.json", "name-2.json"]
    assert texts == list(range(10))
    assert listed(folder) == []


async def test_the_stores_pages_have_each_post_once(
    house: House, known: int, world: World, telegram: Sandbox
) -> None:
    """Three posts a page, and seven of one second: all come, once, newest first."""

    def published() -> list[int]:
        log = world.channel("Log", username="log")
        world.follow(world.people[known], log)
        seconds = (0, 1, 2, 2, 2, 2, 2, 2, 2, 3)
        return [world.publish(log, f"{each}", at=NOON + timedelta(seconds=each)).id
                for each in seconds]  # fmt: skip

    ids = telegram.run(published)
    await actors.user(known).parse()
    log = next(each for each in await actors.user(known).channels() if each.title == "Log")
    read = posts_of(house.store, known, channel=log.id, page=3)
    assert [each.post.id async for each in read] == ids[::-1]


@pytest.mark.usefixtures("read")
async def test_all_posts_come_as_json(mia: Person) -> None:
    """/export, All, JSON: a document of all six posts, newest first, and how many they are."""
    menu = await told(mia, "/export", "Which of your posts")
    menu = await pressed(mia, menu, "All", "As what?")
    sent = await document(mia, menu, "JSON")
    assert sent.message.document is not None
    assert re.fullmatch(r"tgactors-all-\d{4}-\d\d-\d\d\.json", str(sent.message.document.file_name))
    texts = [post["text"] for post in json.loads(sent.document or b"")]
    assert sorted(texts) == [f"rocket news {n} {m}" for n in range(3) for m in range(2)]
    await said(mia, "Here it is: 6 posts.")


async def test_one_channel_comes_as_csv(read: int, channels: list[Channel], mia: Person) -> None:
    """One channel, CSV: its posts alone, named after it; one that was left meanwhile is not."""
    menu = await told(mia, "/export", "Which of your posts")
    menu = await pressed(mia, menu, "Of one channel…", "Of which channel?")
    assert menu.keyboard == (("Channel 0",), ("Channel 1",), ("Channel 2",))
    menu = await pressed(mia, menu, "Channel 1", "As what?")
    sent = await document(mia, menu, "CSV")
    assert sent.message.document is not None
    assert str(sent.message.document.file_name).startswith("tgactors-channel1-")
    rows = list(csv.DictReader(io.StringIO((sent.document or b"").decode("utf-8-sig"))))
    assert sorted(row["text"] for row in rows) == ["rocket news 1 0", "rocket news 1 1"]
    await said(mia, "Here it is: 2 posts.")
    await actors.user(read).unfollow(channels[1].id)
    await mia.press(menu, "CSV").awaited(PATIENCE)
    await said(mia, "do not follow this channel any more", after=sent.id)


@pytest.mark.usefixtures("known")
async def test_nothing_is_no_document(mia: Person) -> None:
    """Where there are no posts, it is said, and no empty file comes; nor a channel to choose."""
    menu = await told(mia, "/export", "Which of your posts")
    menu = await pressed(mia, menu, "Last week", "As what?")
    await mia.press(menu, "JSON").awaited(PATIENCE)
    await said(mia, "no posts of that")
    assert [each for each in mia.inbox if each.document is not None] == []
    menu = await told(mia, "/export", "Which of your posts")
    await pressed(mia, menu, "Of one channel…", "You follow no channels")
