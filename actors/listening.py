"""One account listening to what happens in its channels."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import anyio

from actors.answers import Heard
from actors.ports import TelegramPort

ALIVE_SECONDS = 60.0
"""How long a connection may be silent before it is asked whether it lives."""


class Listening:
    """Pass on what is heard, for as long as the connection lasts.

    What is heard is a reason to read, by the same way as a poll: the rows come out the same, and
    what was not heard is found by the next poll.
    """

    def __init__(
        self,
        telegram: TelegramPort,
        *,
        read: Callable[[int], None],
        confirm: Callable[[], Awaitable[None]],
        lose: Callable[[int, str], Awaitable[None]],
        silence: float = ALIVE_SECONDS,
    ) -> None:
        """Describe it: `read` has a channel read, `confirm` lists what the account follows."""
        self._telegram = telegram
        self._read = read
        self._confirm = confirm
        self._lose = lose
        self._silence = silence

    async def run(self) -> None:
        """Listen until the connection ends; raises what ended it."""
        await self._telegram.listen()
        await self._confirm()  # what was published meanwhile was told to nobody
        while True:
            heard = None
            with anyio.move_on_after(self._silence):
                heard = await self._telegram.heard()
            if heard is None:
                await self._telegram.alive()
            else:
                await self._take(heard)

    async def _take(self, heard: Heard) -> None:
        if heard.channel is not None and heard.gone is not None:
            await self._lose(heard.channel, heard.gone)
        elif heard.channel is None or heard.access:
            await self._confirm()
        elif heard.posts:
            self._read(heard.channel)
