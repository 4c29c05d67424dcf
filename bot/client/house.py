"""The house of a service, asked from another process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from actors.keeping import Keeping
from actors.newcomers import Newcomer
from actors.people import User
from actors.registry import Registry
from bot.client.line import Line, RemoteRef
from bot.client.messages import HolderRequest, NewcomerRequest

NEWCOMER_SECONDS = 86_400.0
"""How long a login of somebody unknown may take."""


class RemoteHouse(Keeping, Registry):
    """What a house can do for a command. Usable on the loop on which it was reached."""

    def __init__(self, line: Line, *, is_open: bool) -> None:
        self._line = line
        self._registers = is_open
        self.parser = RemoteRef(line, "parser")
        self.search = RemoteRef(line, "search")
        self._house = RemoteRef(line, "house")

    def __repr__(self) -> str:
        return f"<RemoteHouse at {self._line.address}>"

    @property
    def store(self) -> RemoteRef:
        """The actor that owns the database."""
        return RemoteRef(self._line, "store")

    def _stores(self) -> RemoteRef:
        return self.store

    def _is_open(self) -> bool:
        return self._registers

    def session(self, account: int) -> RemoteRef:
        """The actor that owns an account's client."""
        return RemoteRef(self._line, f"account-{account}")

    def user(self, account: int) -> User:
        """Whatever can be done for a person, by Telegram user id."""
        return User(self, account)

    async def holder(self, account: int) -> str | None:
        """Which process has an account, if it is another one that lives."""
        return await self._house.ask(HolderRequest(account=account))

    @asynccontextmanager
    async def newcomer(self) -> AsyncIterator[Newcomer]:
        """Somebody whose account shows when they log in, for the length of the block."""
        async with self._house.stream(NewcomerRequest(), timeout=NEWCOMER_SECONDS) as let_in:
            yield Newcomer(RemoteRef(self._line, await anext(let_in)))
