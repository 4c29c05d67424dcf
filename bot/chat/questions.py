"""Questions that a person has turned away from: what is typed later is no answer to them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

from aiogram import BaseMiddleware
from aiogram.types import CallbackQuery, Message, TelegramObject

from bot.chat.admin_people import Asked
from bot.chat.waiting import Awaiting

_LASTING: Final = frozenset(each.state for each in Awaiting.__all_states__)
"""A login goes on beside commands, and each of its questions knows them from an answer."""
_GRAVE: Final = Asked.reason.state
"""Whatever is typed bans somebody."""


class Questions(BaseMiddleware):
    """Lets a question go with the next command; that for the reason of a ban with any tap, too."""

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        """Serve one update."""
        state = data["state"]
        asked = await state.get_state()
        if asked is not None and _is_left(asked, event):
            await state.clear()
        return await handler(event, data)


def _is_left(asked: str, event: TelegramObject) -> bool:
    match event:
        case Message():
            return (event.text or "").startswith("/") and asked not in _LASTING
        case CallbackQuery():
            return asked == _GRAVE
    return False
