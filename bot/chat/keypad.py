"""The digits of a login code, entered on buttons.

Neither the buttons nor what they send hold digits entered before: the code never stands in a chat.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from actors import CodeNeeded

if TYPE_CHECKING:
    from bot.texts.codes import CodeTexts

ERASE: Final = "x"
ENTER: Final = "ok"
RESEND: Final = "re"
KEYS: Final = frozenset({*"0123456789", ERASE, ENTER, RESEND})
_ROWS: Final = ("123", "456", "789")
_MOST: Final = 8
"""Digits of a code whose length Telegram does not say."""


class Key(CallbackData, prefix="k"):
    """A button of the keypad of one code: it says nothing to a later one."""

    generation: int
    key: str


class Keypad:
    """What was entered of a code so far. For one login, and no second one."""

    def __init__(self, needed: CodeNeeded) -> None:
        self.needed = needed
        self._digits = ""

    @property
    def masked(self) -> str:
        """How many digits are there, and how many are to come: "● ● ○ ○ ○"."""
        entered = len(self._digits)
        return " ".join("●" * entered + "○" * ((self.needed.length or entered) - entered)) or "○"

    def press(self, key: str) -> str | None:
        """Take a key; return the whole code when it is there, which then is forgotten here."""
        if key == ERASE:
            self._digits = self._digits[:-1]
        elif key.isdecimal() and len(self._digits) < (self.needed.length or _MOST):
            self._digits += key
        whole = self.needed.length is not None and len(self._digits) == self.needed.length
        if whole or (key == ENTER and self._digits):
            code, self._digits = self._digits, ""
            return code
        return None


def buttons(needed: CodeNeeded, said: CodeTexts, now: datetime) -> InlineKeyboardMarkup:
    """Return the keys, and those by which the login goes on otherwise."""

    def key(label: str, name: str) -> InlineKeyboardButton:
        data = Key(generation=needed.generation, key=name).pack()
        return InlineKeyboardButton(text=label, callback_data=data)

    rows = [[key(digit, digit) for digit in row] for row in _ROWS]
    last = [key("⌫", ERASE), key("0", "0")]
    rows.append(last if needed.length else [*last, key("✓", ENTER)])
    if needed.next_kind is not None:
        ready = needed.resend_at <= now
        rows.append([key(said.resend if ready else said.resend_later, RESEND)])
    return InlineKeyboardMarkup(inline_keyboard=rows)
