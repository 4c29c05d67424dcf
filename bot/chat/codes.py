"""Login codes that somebody has typed into the chat: taken away, and explained.

Telegram voids a code within seconds when it sees it in a message, so none is ever of use here.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

from aiogram import F, Router
from aiogram.enums import MessageOriginType
from aiogram.fsm.context import FSMContext
from aiogram.types import Message

from bot.chat.feature import Feature
from bot.chat.replies import remove
from bot.chat.waiting import Awaiting

if TYPE_CHECKING:
    from bot.chat.visit import Visit

_NEXT: Final = r"[ .,_\-\u2010-\u2015]{0,3}\d"
_CODE: Final = re.compile(rf"(?<![\w+])\d(?:{_NEXT}){{4,6}}(?!\w)")
"""Five to seven digits, each of which may be set apart from the next."""
_AROUND: Final = " \t\n.,:;!?'\"«»()[]"
_WORD: Final = re.compile(
    r"\b(?:code|login|log in|telegram|код\w*|вход\w*|войти|логин\w*|телеграм\w*)\b", re.IGNORECASE
)
"""What makes digits in a sentence a login code."""
_KEYCAPS: Final = {ord("\ufe0f"): None, ord("\u20e3"): None}  # 1️⃣ is written with these
_ENTRANCES: Final = frozenset({"/start", "/login", "/code"})
_LONGEST: Final = 500
"""Characters of a message that can be one; Telegram's own has about 250."""


def looks_like_code(text: str, *, awaited: bool = False) -> bool:
    """Tell whether a message gives a login code away; while one is awaited, in any words."""
    plain = _shown(text).strip(_AROUND)
    command, _, rest = plain.partition(" ")
    if command.startswith("/"):
        if not awaited and command.partition("@")[0].lower() not in _ENTRANCES:
            return False  # digits are asked about there
        plain = rest.strip(_AROUND)
    if len(plain) > _LONGEST or (found := _CODE.search(plain)) is None:
        return False
    return awaited or found.group() == plain or _WORD.search(plain) is not None


def _shown(text: str) -> str:
    """Write every kind of digit in one way, without what only directs or joins them."""
    plain = unicodedata.normalize("NFKC", text).translate(_KEYCAPS)
    return "".join(mark for mark in plain if unicodedata.category(mark) != "Cf")


async def is_code(message: Message, state: FSMContext) -> bool:
    """Whether a message is a login code; what a channel has published is none."""
    origin = message.forward_origin
    if origin is not None and origin.type == MessageOriginType.CHANNEL:
        return False
    waited = await state.get_state()
    if waited == Awaiting.password.state:
        return False  # its own handler takes it away
    text = message.text or message.caption or ""
    return looks_like_code(text, awaited=waited == Awaiting.code.state)


async def taken_away(message: Message, visit: Visit) -> None:
    """Delete it, and say where codes are entered."""
    said = visit.texts.codes
    gone = await remove(message)
    await message.answer(said.taken_away if gone else said.to_be_deleted)


def _router() -> Router:
    router = Router(name="codes")
    router.message.register(taken_away, F.chat, is_code)
    router.edited_message.register(taken_away, F.chat, is_code)
    return router


CODES = Feature(router=_router)
"""Before all others: whatever else a message is, a code is none of their business."""
