"""Answers of any length."""

from __future__ import annotations

from contextlib import suppress
from html import escape
from typing import TYPE_CHECKING

from aiogram.exceptions import TelegramAPIError
from aiogram.types import CallbackQuery, InaccessibleMessage, Message

from actors.markup import split

if TYPE_CHECKING:
    from aiogram import Bot
    from aiogram.types import InlineKeyboardMarkup


async def send(
    bot: Bot, chat: int, html: str, keyboard: InlineKeyboardMarkup | None = None
) -> Message | None:
    """Send HTML, in as many messages as it takes; return the last, which has the keyboard."""
    pieces = [piece for piece in split(html) if piece.strip()]
    last: Message | None = None
    for number, piece in enumerate(pieces, start=1):
        markup = keyboard if number == len(pieces) else None
        last = await bot.send_message(chat, piece, reply_markup=markup)
    return last


async def replace(
    message: Message | InaccessibleMessage | None,
    html: str,
    keyboard: InlineKeyboardMarkup | None = None,
) -> None:
    """Let a message say something else; if it cannot be edited any more, say it in a new one."""
    if message is None:
        return
    if isinstance(message, Message):
        with suppress(TelegramAPIError):
            await message.edit_text(html, reply_markup=keyboard)
            return
    if message.bot is not None:
        await send(message.bot, message.chat.id, html, keyboard)


async def remove(message: Message | InaccessibleMessage | None) -> bool:
    """Delete a message; False if Telegram does not."""
    if not isinstance(message, Message):
        return False
    try:
        return await message.delete()
    except TelegramAPIError:
        return False


def message_of(event: Message | CallbackQuery) -> Message | InaccessibleMessage | None:
    """Return the message that an event is or belongs to."""
    return event if isinstance(event, Message) else event.message


def safe(text: str) -> str:
    """Make a text of anybody's safe within HTML."""
    return escape(text, quote=False)
