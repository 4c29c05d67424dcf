"""The buttons of a login, which hold all that they need: an invite outlives the bot's restart."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Final, Literal

from aiogram.filters.callback_data import CallbackData
from aiogram.types import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
)
from pydantic import Field

if TYPE_CHECKING:
    from bot.texts.login import LoginTexts

_NOT_CODE: Final = re.compile(r"[^0-9A-Za-z-]")
_LONGEST: Final = 40
"""Characters of an invite that a button can hold."""


class Way(CallbackData, prefix="in", sep="/"):
    """Where a login goes on."""

    to: Literal["qr", "phone", "page", "cancel"]
    invite: Annotated[str, Field(max_length=_LONGEST)] = ""


def kept(invite: str) -> str:
    """Return what was typed as an invite in the form that buttons hold."""
    return _NOT_CODE.sub("", invite)[:_LONGEST]


def begin(label: str, invite: str) -> InlineKeyboardMarkup:
    """Return the button that begins a login with an invite."""
    return InlineKeyboardMarkup(inline_keyboard=[[_way(label, "qr", invite)]])


def again(said: LoginTexts, invite: str) -> InlineKeyboardMarkup:
    """Return the buttons of a login that came to nothing."""
    ways = [_way(said.again, "qr", invite), _way(said.by_phone, "phone", invite)]
    return InlineKeyboardMarkup(inline_keyboard=[ways])


def qr(
    said: LoginTexts, cancel_label: str, invite: str, *, has_page: bool = False
) -> InlineKeyboardMarkup:
    """Return what else can be done than to scan."""
    page = [[_way(said.on_page, "page", "")]] if has_page else []
    return InlineKeyboardMarkup(
        inline_keyboard=[[_way(said.by_phone, "phone", invite)], *page, [cancel(cancel_label)]]
    )


def page(label: str, url: str) -> InlineKeyboardMarkup:
    """Return the button that opens the login page."""
    return InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text=label, url=url)]])


def cancel(label: str) -> InlineKeyboardButton:
    """Return the button that ends a login."""
    return _way(label, "cancel", "")


def number(said: LoginTexts, cancel_label: str) -> ReplyKeyboardMarkup:
    """Return the keyboard by which a phone number is shared."""
    rows = [
        [KeyboardButton(text=said.share, request_contact=True)],
        [KeyboardButton(text=said.by_qr), KeyboardButton(text=cancel_label)],
    ]
    return ReplyKeyboardMarkup(keyboard=rows, resize_keyboard=True, one_time_keyboard=True)


def _way(
    label: str, to: Literal["qr", "phone", "page", "cancel"], invite: str
) -> InlineKeyboardButton:
    return InlineKeyboardButton(text=label, callback_data=Way(to=to, invite=invite).pack())
