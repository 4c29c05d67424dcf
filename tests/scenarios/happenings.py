"""What people do in channels while somebody reads them."""

from __future__ import annotations

import asyncio
import random

from sandbox import Channel, Photo, World
from sandbox.calls import Call

CHANCES = {"publish": 8, "album": 3, "edit": 6, "delete": 5, "many": 1, "nothing": 20}
MANY = 120
"""More than Telegram tells of at once."""


class Happenings:
    """Something happens at every call that a client makes; drawn by chance, the same for a seed.

    It is told of calls on the sandbox's own thread, where a world may be changed.
    """

    def __init__(self, world: World, chance: random.Random) -> None:
        self.going_on = False
        self.much = False
        """Whether more may happen than Telegram tells of at once."""
        self._world = world
        self._chance = chance
        self._calls = 0
        self._moment = (0, asyncio.Event(), asyncio.get_running_loop())

    def after(self, calls: int) -> asyncio.Event:
        """Return what is set when so many more calls were made."""
        self._calls = 0
        self._moment = (calls, asyncio.Event(), asyncio.get_running_loop())
        return self._moment[1]

    def __call__(self, _call: Call) -> None:
        """Let something happen."""
        self._calls += 1
        calls, event, loop = self._moment
        if self._calls == calls:
            loop.call_soon_threadsafe(event.set)
        if self.going_on:
            (what,) = self._chance.choices([*CHANCES], [*CHANCES.values()])
            self._happen(what, self._chance.choice([*self._world.channels.values()]))

    def _happen(self, what: str, channel: Channel) -> None:
        world = self._world
        some = self._chance.sample(channel.ids, min(3, len(channel.ids)))
        match what:
            case "publish":
                world.publish(channel, f"fresh {channel.last_id + 1}")
            case "many" if self.much:
                for _ in range(MANY):
                    world.publish(channel, f"one of many {channel.last_id + 1}")
            case "album":
                first = channel.id * 1000 + channel.last_id
                world.album(channel, [Photo(id=first + n) for n in range(3)], "pictures")
            case "edit" if some:
                world.edit(channel, some[0], f"edited at {channel.pts}")
            case "delete" if some:
                world.delete(channel, *some)
