"""Albums, which come as a message for each picture and want one answer."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from aiogram.types import Message

MOST: Final = 1000
"""Albums of which it is kept that they have begun."""


class Albums:
    """Knows which have begun. On the bot's own loop only."""

    def __init__(self) -> None:
        self._begun: OrderedDict[tuple[int, str], None] = OrderedDict()

    async def goes_on(self, message: Message) -> bool:
        """Whether a message belongs to an album whose first one came before."""
        if message.media_group_id is None:
            return False
        album = (message.chat.id, message.media_group_id)
        has_begun = album in self._begun
        self._begun[album] = None
        while len(self._begun) > MOST:
            self._begun.popitem(last=False)
        return has_begun


async def answered(_: Message) -> None:
    """Say nothing: the album's first message is answered."""
