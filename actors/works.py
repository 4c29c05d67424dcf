"""The work under way with one account's session."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio

from actors.errors import Interrupted


class Works:
    """Pieces of work side by side, and now and then one that ends them all and is alone.

    The actor's own loop only.
    """

    def __init__(self, account: int) -> None:
        self._account = account
        self._scopes: set[anyio.CancelScope] = set()
        self._none = anyio.Event()
        self._alone = anyio.Lock()

    @asynccontextmanager
    async def beside(self) -> AsyncIterator[None]:
        """Work beside others; raises `Interrupted` when somebody wants to be alone."""
        if self._alone.locked():
            raise Interrupted(self._account)
        with anyio.CancelScope() as scope:
            self._scopes.add(scope)
            try:
                yield
            finally:
                self._scopes.discard(scope)
                if not self._scopes:
                    self._none.set()
        if scope.cancelled_caught:
            raise Interrupted(self._account)

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """End all other work, and keep new work away."""
        async with self._alone:
            while self._scopes:
                self._none = anyio.Event()
                for scope in self._scopes:
                    scope.cancel()
                await self._none.wait()
            yield
