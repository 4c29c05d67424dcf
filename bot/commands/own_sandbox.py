"""The sandbox that a service brings along, to be tried out without an account."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from actors.house import House
    from bot.screen import Screen
    from sandbox import Sandbox


class OwnSandbox:
    """A Telegram of this process alone, and the demo's person in it."""

    def __init__(self, telegram: Sandbox, screen: Screen) -> None:
        self.address = telegram.address
        self._person = next(iter(telegram.world.people))
        self._screen = screen

    async def admit(self, house: House) -> None:
        """Have the person logged in and read; this sandbox knows of no login in an earlier one."""
        import actors

        user = house.user(self._person)
        try:
            await user.parse()
        except actors.LoginRequired:
            async for _ in user.login():
                pass  # the phone scans every code
            await user.parse()
        self._screen.say_whole(f"The sandbox at {self.address} has account {self._person} in it.")
        self._screen.answer({"sandbox": {"address": self.address, "account": self._person}})


@contextmanager
def own_sandbox(screen: Screen) -> Iterator[OwnSandbox]:
    """Serve the demo's world, whose person's phone scans every code, during the block."""
    from sandbox import Sandbox, demo_world

    with Sandbox(demo_world()) as telegram:
        telegram.scan_automatically(next(iter(telegram.world.people)))
        yield OwnSandbox(telegram, screen)
