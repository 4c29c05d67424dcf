"""Those who write for the first time: they get the time zone that the operator has chosen."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from actors.house import House
    from storage.bot_rows import Language, Visitor

KNOWN: Final = 10_000
"""People of whom it is kept that they have written before."""


class Arrivals:
    """Notes who writes. On the bot's own loop only."""

    def __init__(self, house: House, timezone: str) -> None:
        self._house = house
        self._timezone = timezone
        self._known: OrderedDict[int, None] = OrderedDict()

    async def visit(self, account: int, name: str, language: Language) -> Visitor:
        """Note that somebody writes; return who it is."""
        is_new = account not in self._known and await self._house.visitor(account) is None
        visitor = await self._house.visit(account, name, language)
        if is_new:
            visitor = await self._house.user(account).choose(timezone=self._timezone)
        self._known[account] = None
        while len(self._known) > KNOWN:
            self._known.popitem(last=False)
        return visitor
