"""Those who write for the first time: they get the time zone that the operator has chosen."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

    from actors.house import House
    from storage.bot_rows import Language, Visitor

KNOWN: Final = 10_000
"""People of whom it is kept when they wrote first."""


class Arrivals:
    """Notes who writes. On the bot's own loop only."""

    def __init__(self, house: House, timezone: str) -> None:
        self._house = house
        self._timezone = timezone
        self._known: OrderedDict[int, datetime] = OrderedDict()

    async def visit(self, account: int, name: str, language: Language) -> Visitor:
        """Note that somebody writes; return who it is."""
        before = self._known.pop(account, None) or await self._first(account)
        visitor = await self._house.visit(account, name, language)
        self._known[account] = visitor.first_at
        if visitor.first_at != before:
            visitor = await self._house.user(account).choose(timezone=self._timezone)
        while len(self._known) > KNOWN:
            self._known.popitem(last=False)
        return visitor

    async def _first(self, account: int) -> datetime | None:
        """When somebody wrote first; None: never, or they are forgotten."""
        visitor = await self._house.visitor(account)
        return None if visitor is None else visitor.first_at
