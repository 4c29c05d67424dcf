"""A login's QR code as a picture that is renewed in its place."""

from __future__ import annotations

import io
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import segno
from aiogram.exceptions import TelegramAPIError, TelegramForbiddenError
from aiogram.types import BufferedInputFile, InputMediaPhoto, Message

from bot.chat.replies import remove

if TYPE_CHECKING:
    from aiogram import Bot
    from aiogram.types import InlineKeyboardMarkup

SCALE: Final = 14
"""Pixels of a module: about 800 in all, which no app has to enlarge on a phone's screen."""
QUIET: Final = 8
"""Modules around the code; ISO/IEC 18004 asks for 4, and dark chat backgrounds for more."""


def drawn(url: str) -> bytes:
    """Draw a link as PNG, dark on light."""
    out = io.BytesIO()
    segno.make(url, error="m", micro=False).save(
        out, kind="png", scale=SCALE, border=QUIET, dark="black", light="white"
    )
    return out.getvalue()


class Picture:
    """The one message of a login that shows its newest code."""

    def __init__(self, bot: Bot, chat: int) -> None:
        self._bot = bot
        self._chat = chat
        self._message: Message | None = None

    async def show(self, url: str, caption: str, keyboard: InlineKeyboardMarkup) -> None:
        """Show a code in place of the one before; anew if that has been deleted."""
        file = BufferedInputFile(drawn(url), "login.png")
        if self._message is not None:
            try:
                await self._bot.edit_message_media(
                    InputMediaPhoto(media=file, caption=caption),
                    chat_id=self._chat,
                    message_id=self._message.message_id,
                    reply_markup=keyboard,
                )
            except TelegramForbiddenError:
                raise
            except TelegramAPIError:
                await self.remove()
            else:
                return
        self._message = await self._bot.send_photo(
            self._chat, file, caption=caption, reply_markup=keyboard
        )

    async def remove(self) -> None:
        """Take the code away: whoever had it could be logged in by it."""
        message, self._message = self._message, None
        if message is not None:
            with suppress(TelegramAPIError):
                await remove(message)
