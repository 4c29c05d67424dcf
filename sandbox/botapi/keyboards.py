"""Keyboards as Telegram takes them."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

from aiogram.types import (
    ForceReply,
    InlineKeyboardMarkup,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)
from pydantic import ValidationError

from sandbox.botapi.links import LinkInvalid, checked_link
from sandbox.botapi.refusals import bad

Markup: TypeAlias = InlineKeyboardMarkup | ReplyKeyboardMarkup | ReplyKeyboardRemove | ForceReply

_MOST_BUTTONS: Final = 100
_MOST_IN_A_ROW: Final = 8
_MOST_REPLY_BUTTONS: Final = 300
_DATA: Final = 64
_SIZE: Final = 10_000
"""Bytes of JSON."""
_INLINE: Final = (
    "url", "callback_data", "web_app", "login_url", "switch_inline_query",
    "switch_inline_query_current_chat", "switch_inline_query_chosen_chat", "copy_text",
    "callback_game", "pay",
)  # fmt: skip
"""What can make a button do something."""


def keyboard(raw: object) -> Markup | None:
    """What a call says about the keyboard, checked; None if it says nothing."""
    if isinstance(raw, str):
        if not raw:
            return None
        try:
            raw = json.loads(raw)
        except ValueError:
            raise bad("can't parse reply keyboard markup JSON object") from None
    if raw is None:
        return None
    if not isinstance(raw, Mapping):
        raise bad("object expected as reply markup")
    try:
        return _made(raw)
    except ValidationError:
        raise bad("can't parse reply keyboard markup JSON object") from None


def _made(raw: Mapping[str, Any]) -> Markup | None:
    if "inline_keyboard" in raw:
        rows = _rows(raw, "inline_keyboard", _MOST_BUTTONS)
        for button in (button for row in rows for button in row):
            _check_inline(button)
        made = InlineKeyboardMarkup.model_validate(raw)
        return made if any(made.inline_keyboard) else None
    if "keyboard" in raw:
        _rows(raw, "keyboard", _MOST_REPLY_BUTTONS)
        return ReplyKeyboardMarkup.model_validate(_spelt(raw))
    if raw.get("remove_keyboard"):
        return ReplyKeyboardRemove.model_validate(raw)
    if raw.get("force_reply"):
        return ForceReply.model_validate(raw)
    return None


def _rows(raw: Mapping[str, Any], name: str, most: int) -> Sequence[Sequence[Any]]:
    rows = raw[name]
    if not isinstance(rows, list):
        raise bad(f'field "{name}" must be of type Array')
    if not all(isinstance(row, list) for row in rows):
        raise bad(f'field "{name}" must be an Array of Arrays')
    if sum(map(len, rows)) > most or any(len(row) > _MOST_IN_A_ROW for row in rows):
        raise bad("reply markup is too long")
    if len(json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()) > _SIZE:
        raise bad("reply markup is too long")
    return rows


def _check_inline(button: object) -> None:
    if not isinstance(button, Mapping):
        raise bad("can't parse inline keyboard button: KeyboardButton must be an Object")
    text = button.get("text")
    if not isinstance(text, str):
        raise bad("can't parse inline keyboard button: Can't find field \"text\"")
    if not text.strip():
        raise bad("inline keyboard button text must be non-empty")
    if not any(button.get(name) is not None for name in _INLINE) or (
        button.get("callback_data") == ""
    ):
        raise bad(
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        )
    if "callback_data" in button:
        data = button["callback_data"]
        if not isinstance(data, str) or len(data.encode()) > _DATA:
            raise bad("BUTTON_DATA_INVALID")
    if "url" in button:
        _check_url(button["url"])
    match button.get("web_app"):
        case {"url": str(url)} if not url.startswith("https://"):
            raise bad(
                f"inline keyboard button Web App URL '{url}' is invalid: "
                "Only HTTPS links are allowed"
            )


def _check_url(url: object) -> None:
    """Refuse what a button must not lead to: a login link would be scanned by a tap."""
    if isinstance(url, str) and url.strip().lower().startswith("tg://login"):
        raise bad("BUTTON_URL_INVALID")
    try:
        checked_link(str(url))
    except LinkInvalid as why:
        raise bad(f"inline keyboard button URL '{url}' is invalid: {why}") from None


def _spelt(raw: Mapping[str, Any]) -> dict[str, Any]:
    """A reply keyboard whose buttons are all objects: plain texts are allowed, too."""
    rows = [
        [{"text": button} if isinstance(button, str) else button for button in row]
        for row in raw["keyboard"]
    ]
    return {**raw, "keyboard": rows}
