"""A hundred clients at once, each with its own thread and loop."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

from telethon import events

from sandbox import Channel, Person, Sandbox

Connect = Callable[..., AbstractAsyncContextManager[Any]]

CROWD = 100


class Member(threading.Thread):
    """One client: it connects, reads, waits for everybody, and is told of one post."""

    def __init__(self, connect: Connect, person: Person, together: threading.Barrier) -> None:
        super().__init__(name="member", daemon=True)
        self.told: list[str] = []
        self.read: list[int] = []
        self._connect, self._person = connect, person
        self._together = together

    def run(self) -> None:
        asyncio.run(self._live())

    async def _live(self) -> None:
        heard = asyncio.Event()

        async def note(event: Any) -> None:
            self.told.append(event.raw_text)
            heard.set()

        async with self._connect(self._person) as client:
            client.add_event_handler(note, events.NewMessage())
            dialogs = await client.get_dialogs()
            entity = next(each.entity for each in dialogs if each.title == "News")
            self.read = [post.id for post in await client.get_messages(entity, limit=50)]
            await asyncio.to_thread(self._together.wait)
            await asyncio.wait_for(heard.wait(), 60)


def test_a_hundred_clients_read_and_are_told(
    sandbox: Sandbox, connect: Connect, anna: Person, boris: Person, news: Channel
) -> None:
    """All connected together, each reads the same posts and is told of the next one, once."""
    together = threading.Barrier(CROWD + 1, timeout=60)
    crowd = [
        Member(connect, person, together) for person in (anna, boris) for _ in range(CROWD // 2)
    ]
    for member in crowd:
        member.start()
    together.wait()
    sandbox.publish(news.id, "for all of you")
    for member in crowd:
        member.join(60)
    assert [member.told for member in crowd] == [["for all of you"]] * CROWD
    assert [member.read for member in crowd] == [list(range(250, 200, -1))] * CROWD
