"""The bot's time of duty: from when it may ask for updates until it may no more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

import anyio
from aiogram.exceptions import TelegramNotFound, TelegramUnauthorizedError
from aiogram.utils.token import TokenValidationError

from bot.chat import digesting, notices
from bot.chat.app import Chat
from bot.chat.background import LAST_WORD_SECONDS
from bot.chat.live import CUT_SECONDS
from bot.chat.signing import CLEAR_SECONDS
from bot.chat.underway import GRACE_SECONDS
from bot.refusals import BotTokenRefused
from bot.supervision import supervised, together
from runtime.logs import get_logger

if TYPE_CHECKING:
    from actors.house import House

log = get_logger("bot")

CLOSE_SECONDS: Final = 1.0
"""How long the bot's connections may take to close."""
END_SECONDS: Final = (
    GRACE_SECONDS + max(CUT_SECONDS + LAST_WORD_SECONDS, CLEAR_SECONDS) + CLOSE_SECONDS
)
"""How long those who are being served are told that it ends: everything that has a time of its own
for that, one after the other.
"""

_REFUSED: Final = (TelegramUnauthorizedError, TelegramNotFound, TokenValidationError)
"""What Telegram says to a token that it does not know; aiogram, to what is none."""


async def serve(
    house: House,
    *,
    token: str,
    api: str | None,
    admins: frozenset[int],
    timezone: str,
    public: str | None = None,
    ready: Callable[[str], object],
) -> None:
    """Serve people, and tell them by themselves what is due, until cancelled.

    `public` is where people's browsers find the login page; `ready` is called with the bot's
    name. Raises `BotTokenRefused`, and whatever ends the polling.
    """
    try:
        chat = Chat(house, token=token, api=api, admins=admins, timezone=timezone, public=public)
    except _REFUSED:
        raise BotTokenRefused from None
    ready(await _name(chat))
    async with together() as group:
        tell = partial(notices.pump, house, chat.bot, admins=admins)
        group.start_soon(supervised, "notices", tell)
        group.start_soon(supervised, "digests", partial(digesting.pump, house, chat.bot))
        await _run(chat)


async def _run(chat: Chat) -> None:
    """Serve until cancelled; then let it say its last words, but not for ever."""
    running = asyncio.create_task(chat.run())
    try:
        await asyncio.shield(running)
    finally:  # a scope that is cancelled would break off every wait of its end
        running.cancel()
        with anyio.CancelScope(shield=True):
            _, late = await asyncio.wait([running], timeout=END_SECONDS)
        if late:
            log.warning("bot.end_late", seconds=END_SECONDS)


async def _name(chat: Chat) -> str:
    """Ask who the bot is; a bot that does not serve has no session either."""
    try:
        return (await chat.bot.me()).username or ""
    except BaseException as error:
        await chat.bot.session.close()
        if isinstance(error, _REFUSED):
            raise BotTokenRefused from None
        raise
