"""What a person's wishes are brought to: a house of this process, or one that another serves."""

from __future__ import annotations

from typing import Protocol

from actors.ports import Asks, Streams


class Rooms(Protocol):
    """The actors of a house, wherever they run."""

    @property
    def store(self) -> Asks:
        """The actor that owns the database."""

    @property
    def parser(self) -> Streams:
        """The actor through which everybody parses."""

    @property
    def search(self) -> Streams:
        """The actor that finds posts and answers from them."""

    def session(self, account: int) -> Streams:
        """The actor that owns an account's client."""

    async def holder(self, account: int) -> str | None:
        """Which process has an account, if it is another one that lives."""
