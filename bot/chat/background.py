"""Work that goes on for a person after their update was served."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

from aiogram.exceptions import TelegramAPIError, TelegramForbiddenError

from actors import LoginRequired, SessionRevoked
from bot.chat import faults
from bot.chat.live import conclude
from bot.chat.menu import beginning
from runtime.logs import get_logger

if TYPE_CHECKING:
    from aiogram import Bot
    from aiogram.types import InlineKeyboardMarkup, Message

    from bot.chat.visit import Visit

log = get_logger("bot")

LAST_WORD_SECONDS: Final = 4.0
"""How long somebody who stops something waits for its message to say so; the bot's end, too, which
leaves time for that (`duty.END_SECONDS`).
"""

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


@asynccontextmanager
async def promised(
    sending: Awaitable[Message],
    visit: Visit,
    stopped: Callable[[], str],
    *,
    within: float = LAST_WORD_SECONDS,
) -> AsyncIterator[Message]:
    """Send a message that promises something; let it say if that is stopped, or why it fails.

    That it was stopped it has to say within so many seconds.
    """
    sent = asyncio.ensure_future(sending)
    message: Message | None = None
    try:
        message = await asyncio.shield(sent)
        yield message
    except asyncio.CancelledError:
        try:
            async with asyncio.timeout(within):
                # It may stand in the chat before it is known here which one it is.
                await conclude(await sent, stopped())
        except TimeoutError:
            log.warning("chat.last_word_late")
        except TelegramAPIError as refused:
            log.warning("chat.last_word_refused", reason=type(refused).__name__)
        raise
    except TelegramForbiddenError:
        raise
    except Exception as error:  # the message must not go on promising
        if message is None:
            raise
        await conclude(message, faults.said(error, visit), remedy(error, visit))


def remedy(error: Exception, visit: Visit) -> InlineKeyboardMarkup | None:
    """Return the button that helps against what was raised, if there is one."""
    return beginning(visit) if isinstance(error, LoginRequired | SessionRevoked) else None
