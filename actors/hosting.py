"""What a house knows of the people who write to its bot."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from storage.bot_rows import Language, Visitor


class Hosting:
    """Keeps the bot's people. Every method may be called from any thread."""

    async def visit(self, account: int, name: str, language: Language) -> Visitor:
        """Note that somebody writes, with the language of their Telegram; return who it is."""
        raise NotImplementedError

    async def blocked(self, account: int) -> None:
        """Note that somebody has blocked the bot: they get no notices until they write again."""
        raise NotImplementedError
