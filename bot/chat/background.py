"""Work that goes on for a person after their update was served."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from aiogram.exceptions import TelegramAPIError, TelegramForbiddenError

from actors import LoginRequired, SessionRevoked
from bot.chat import faults
from bot.chat.menu import beginning

if TYPE_CHECKING:
    from aiogram import Bot
    from aiogram.types import InlineKeyboardMarkup

    from bot.chat.visit import Visit


Work = Callable[[], Coroutine[Any, Any, None]]


async def attended(bot: Bot, visit: Visit, work: Work) -> None:
    """Do a piece of work; tell the person why if it comes to nothing. Raises nothing."""
    try:
        await work()
    except TelegramForbiddenError:
        return  # nobody is there to be told
    except Exception as error:  # noqa: BLE001  nobody waits for it: the person is told
        with suppress(TelegramAPIError):
            said = faults.said(error, visit)
            await bot.send_message(visit.user.id, said, reply_markup=remedy(error, visit))


def remedy(error: Exception, visit: Visit) -> InlineKeyboardMarkup | None:
    """Return the button that helps against what was raised, if there is one."""
    return beginning(visit) if isinstance(error, LoginRequired | SessionRevoked) else None
