"""What people are told when something does not work."""

from __future__ import annotations

import secrets
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from aiogram.exceptions import TelegramAPIError, TelegramForbiddenError, TelegramRetryAfter
from aiogram.types import CallbackQuery, ErrorEvent, Message

from actors import ActorError, Refusal, StorageError
from bot.chat.replies import safe
from runtime.logs import get_logger

if TYPE_CHECKING:
    from bot.chat.visit import Visit
    from bot.texts import Texts

log = get_logger("bot")

REFUSALS = (Refusal, ActorError, StorageError, ValueError)
"""What is no fault of the program: each has a sentence, if only that of what it is a kind of."""
_GENERAL = frozenset(kind.__name__ for kind in REFUSALS)


def in_words(error: Exception, texts: Texts, timezone: str) -> str:
    """Say why something was refused, in the person's language."""
    names = (kind.__name__ for kind in type(error).__mro__)
    name = next(each for each in names if each in texts.general.refusals)
    if name in _GENERAL:  # what it was in particular is the operator's to know
        log.warning("chat.refused", kind=type(error).__name__, why=str(error))
    when = _moment(getattr(error, "until", None), timezone)
    folders = ", ".join(getattr(error, "known", ())) or "–"
    return texts.general.refusals[name].format(until=when, folders=safe(folders))


def said(error: Exception, visit: Visit) -> str:
    """Say what was raised; a fault is logged, and the person gets its reference."""
    if isinstance(error, REFUSALS):
        return in_words(error, visit.texts, visit.visitor.timezone)
    reference = secrets.token_hex(4)
    log.error("chat.failed", reference=reference, exc_info=error)
    return visit.texts.general.fault.format(reference=reference)


async def told(event: ErrorEvent, visit: Visit | None = None) -> bool:
    """Tell the person what a handler has raised, and the operator's log if it is a fault."""
    error = event.exception
    if isinstance(error, TelegramForbiddenError | TelegramRetryAfter):
        return True  # nobody is there to be told, or can be told now
    if visit is None:
        log.error("chat.failed", exc_info=error)
        return True
    words = said(error, visit)
    with suppress(TelegramAPIError):
        match event.update.event:
            case Message() as message:
                await message.answer(words)
            case CallbackQuery(message=Message() as message):
                await message.answer(words)
    return True


def _moment(until: object, timezone: str) -> str:
    if not isinstance(until, datetime):
        return "…"
    return f"{until.astimezone(ZoneInfo(timezone)):%d.%m %H:%M}"
