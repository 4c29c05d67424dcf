"""Three people with overlapping channels, Telegram and a house, for a machine to play with."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Literal

import actors
from actors.house import House
from runtime.testing import crash
from sandbox import Channel, Person, Photo, Sandbox, World
from sandbox.sight import may_read
from storage.database import Database
from storage.sessions import new_key
from tests.scenarios.reading import (
    DIALOGS,
    DIFFERENCE,
    HISTORY,
    admit,
    consistent,
    grown,
    held,
    kept,
    opened,
    shown,
    tick,
    windows_due,
)
from tests.scenarios.witness import connections, until

FOLLOWED = ((0, 1, 3), (0, 1, 2), (1, 2, 3))
"""Which channels each of the three follows; the first channel is private."""

REFUSALS = (actors.Refusal, actors.ActorError, actors.StorageError)
METHODS = (HISTORY, DIFFERENCE, DIALOGS, "channels.getFullChannel")
MOST_CRASHES = 3

Trouble = tuple[Literal["flood", "cut before", "cut after", "error", "refuse"], str, int, int]
"""What befalls a call of a method, of which person, after how many calls."""


ALL_DUE = """
    WITH locked AS MATERIALIZED (SELECT id FROM channels ORDER BY id FOR UPDATE)
    UPDATE channels SET next_at = NULL FROM locked WHERE channels.id = locked.id
"""
"""In the order in which a house locks them: the one before may still be at work."""


class ReadingWorld:
    """The world and the house in it; what nobody's step asks for is checked by `settle`."""

    def __init__(self, dsn: str, data: Path) -> None:
        world = World()
        self.channels = [
            world.channel(f"Channel {n}", username=f"channel{n}" if n else None) for n in range(4)
        ]
        self.people = [world.person(n + 1, first_name=f"Person {n}") for n in range(3)]
        for person, followed in zip(self.people, FOLLOWED, strict=True):
            for number in followed:
                world.follow(person, self.channels[number])
        for channel in self.channels:
            world.publish(channel, "the first")
        self.sandbox = Sandbox(world)
        self.cleared: set[tuple[int, int]] = set()
        """Who has cleared the history of which channel, which only a look of theirs would tell."""
        self.much = False
        """Whether more has happened in a channel than Telegram tells of at once."""
        self._settings = {
            "data": str(data),
            "telegram": "",
            "database_url": dsn,
            "session_keys": new_key(),
        }
        self._crashes = 0
        self._stack = AsyncExitStack()
        self._inside = AsyncExitStack()
        self._read: Mapping[int, str] = {}
        self.house: House
        self.db: Database

    async def open(self) -> None:
        """Begin with an empty database, and everybody's channels read to their beginning."""
        self._stack.enter_context(self.sandbox)
        self._settings["telegram"] = self.sandbox.address
        self.db = await self._stack.enter_async_context(
            await Database.open(self._settings["database_url"], connections=1)
        )
        await self.db.execute("TRUNCATE accounts, channels, nodes, notices, work CASCADE")
        async with opened(self._settings) as house:
            await admit(house, self.sandbox, *(person.id for person in self.people))
            for person in self.people:
                await actors.user(person.id).parse(depth=None)
        await self.open_house()

    async def open_house(self) -> None:
        """Open the house on the same data."""
        self._crashes = 0
        self.house = await self._inside.enter_async_context(opened(self._settings, schedule=True))

    async def close_house(self) -> None:
        """Close it, whatever is under way."""
        await self._inside.aclose()

    async def close(self) -> None:
        """Close everything; Telegram was asked nothing odd."""
        try:
            await self.close_house()
            await until(self._is_alone)
            assert self.sandbox.mistakes == ()
        finally:
            await self._stack.aclose()

    async def _is_alone(self) -> bool:
        return connections(self.sandbox) == 0

    # What happens

    def album(self, channel: Channel, parts: int) -> None:
        """Publish pictures that belong together, or more of those that were published last."""
        first = channel.id * 10_000 + channel.last_id
        pictures = [Photo(id=first + number) for number in range(parts)]
        newest = channel.newest
        if newest is not None and newest.group is not None:
            self.sandbox.publish(channel.id, "", media=pictures[0], group=newest.group)
        else:
            world = self.sandbox.world
            self.sandbox.run(lambda: world.album(channel, pictures, f"pictures {first}"))

    def befall(self, trouble: Trouble) -> None:
        """Let a call meet a trouble."""
        kind, method, place, skip = trouble
        user = self.people[place].id
        faults = self.sandbox.faults
        match kind:
            case "flood":
                faults.error(method, "FLOOD_WAIT_900", user=user, skip=skip)
            case "error":
                faults.error(method, "INTERNAL", user=user, skip=skip, times=3)
            case "refuse":
                faults.error(method, "MSG_ID_INVALID", user=user, skip=skip)
            case "cut before":
                faults.cut(method, when="before", user=user, skip=skip)
            case "cut after":
                faults.cut(method, when="after", user=user, skip=skip)

    async def restart_telegram(self) -> None:
        """Break every connection, none of which is being made just now; see them made again."""
        await self.parse(*self.people)
        self.sandbox.restart()
        await until(self._listens)
        await self.parse(*self.people)

    async def _listens(self) -> bool:
        return self.sandbox.run(lambda: bool(self.sandbox._gates._servers))

    def crash(self, which: str, person: Person) -> None:
        """Let an actor crash, as a bug in it would, unless it did so often already."""
        if self._crashes < MOST_CRASHES:
            refs = {"reader": self.house._reader, "parser": self.house._parser}
            ref = refs.get(which) or self.house.session(person.id)
            self._crashes += crash(ref)

    async def parse(self, *people: Person) -> list[Exception | None]:
        """Let people parse at once; return what each was refused with."""

        async def one(person: Person) -> Exception | None:
            try:
                await actors.user(person.id).parse(depth=None)
            except REFUSALS as refusal:
                return refusal
            return None

        return await asyncio.gather(*map(one, people))

    async def tick(self) -> None:
        """Let the schedule read everything now."""
        await self.db.execute(ALL_DUE)
        await tick(self.house)

    # What it comes to

    async def settle(self) -> None:
        """Let all trouble end, read until all was compared, and see that all agree."""
        self.sandbox.faults.clear()
        await self.db.execute("DELETE FROM floods")
        await until(self._are_in)
        if not self.much:  # then nothing has to be compared: the differences have told it all
            await self._agree()
        for _ in range(2 + max(len(each.ids) for each in self.channels) // 100):
            await windows_due(self.db)
            await self._parse_well()
        await self._agree()
        self.much = False

    async def _are_in(self) -> bool:
        """See that everybody is logged in, those whose session was ended too."""
        for person in self.people:
            await self.parse(person)
            with suppress(*REFUSALS):
                status = await actors.user(person.id).status()
                if status.state == "EXPIRED":
                    await admit(self.house, self.sandbox, person.id)
        return await self.parse(*self.people) == [None] * len(self.people)

    async def _parse_well(self) -> None:
        async with asyncio.timeout(30):
            assert await self.parse(*self.people) == [None] * len(self.people)

    async def _agree(self) -> None:
        self._read = await grown(self.db, self._read)
        await consistent(self.db)
        for person in self.people:
            for channel in self.channels:
                there = shown(self.sandbox, person, channel)
                seen = await held(person.id, channel)
                about = f"{channel.title} of {person.first_name}"
                if (person.id, channel.id) in self.cleared:
                    assert {post.id for post in there} <= {
                        part for post in seen for part in (post.id, *post.parts)
                    }, about
                else:
                    assert seen == there, about
        for channel in self.channels:
            if self._whole(channel):
                everything = Person(0, "Nobody", None, None, follows={channel.id: None})
                assert await kept(self.db, channel) == shown(self.sandbox, everything, channel)

    def _whole(self, channel: Channel) -> bool:
        """Whether somebody sees all of a channel."""
        return any(
            channel.id in person.follows
            and may_read(person, channel)
            and not person.hidden_up_to.get(channel.id)
            for person in self.people
        )
