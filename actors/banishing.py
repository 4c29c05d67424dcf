"""The end of what runs here for accounts that another process has banned."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from actors.bot_messages import ListBanned
from actors.ports import Asks
from runtime.logs import get_logger

log = get_logger("actors")


class Banishing:
    """Notices bans by looking, and ends each banned account's actor once. One loop only.

    What is asked for by hand after that is done. Whoever is banned when it begins has nothing here.
    """

    def __init__(self, store: Asks, dismiss: Callable[[int], Awaitable[object]]) -> None:
        """Describe it; `dismiss` ends an account's actor, if there is one."""
        self._store = store
        self._dismiss = dismiss
        self._known: frozenset[int] | None = None

    async def look(self) -> frozenset[int]:
        """End what runs for the newly banned; return all who are banned."""
        listed = await self._store.ask(ListBanned())
        banned = frozenset(listed)
        fresh = frozenset() if self._known is None else banned - self._known
        for account in sorted(fresh):
            await self._dismiss(account)
            log.info("account.banished", account=account)
        self._known = banned
        return banned
