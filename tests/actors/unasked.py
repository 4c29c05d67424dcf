"""What a model of Telegram is not asked where a test is about something else."""

from __future__ import annotations

from typing import NoReturn

from actors.answers import Difference, Found, Heard, HistoryPage
from storage.rows import ChannelSeen, Folder


def _nobody_asks(what: str) -> NoReturn:
    raise AssertionError(f"nobody asks for {what} here")


class Unasked:
    """Calls of the port that fail the test that makes them, until a model answers them."""

    async def window(self, channel: int, access_hash: int, below: int | None) -> HistoryPage:
        """Refuse."""
        _nobody_asks(f"the window of {channel} below {below} with {access_hash}")

    async def difference(self, channel: int, access_hash: int, pts: int) -> Difference:
        """Refuse."""
        _nobody_asks(f"the difference of {channel} from {pts} with {access_hash}")

    async def visible_from(self, channel: int, access_hash: int) -> int:
        """Refuse."""
        _nobody_asks(f"what of {channel} is hidden with {access_hash}")

    async def find(self, what: str) -> Found:
        """Refuse."""
        _nobody_asks(what)

    async def join(self, invite: str) -> ChannelSeen:
        """Refuse."""
        _nobody_asks(invite)

    async def folders(self) -> tuple[Folder, ...]:
        """Refuse."""
        _nobody_asks("folders")

    async def listen(self) -> None:
        """Refuse."""
        _nobody_asks("updates")

    async def heard(self) -> Heard:
        """Refuse."""
        _nobody_asks("what was heard")

    async def alive(self, within: float = 10.0) -> None:
        """Refuse."""
        _nobody_asks(f"a sign of life within {within} s")
