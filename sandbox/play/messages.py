"""Messages of a chat with the bot, as data for a page."""

from typing import Any, Final

from aiogram.types import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    MessageEntity,
    MessageOriginChannel,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)

from sandbox.botapi import Person, Shown

_PNG: Final = b"\x89PNG"


def message_facts(shown: Shown) -> dict[str, Any]:
    """A message as it is now; of a deleted one, only that it was there."""
    if shown.is_deleted:
        return {"id": shown.id, "deleted": True}
    message = shown.message
    origin = message.forward_origin
    return {
        "id": shown.id,
        "mine": shown.is_mine,
        "text": shown.text,
        "entities": [_entity(each) for each in message.entities or message.caption_entities or ()],
        "rows": _rows(message.reply_markup),
        "photo": shown.photo is not None,
        "document": message.document.file_name if message.document else None,
        "contact": message.contact.phone_number if message.contact else None,
        "from": origin.chat.title if isinstance(origin, MessageOriginChannel) else None,
        "edits": len(shown.edits),
        "date": message.date.isoformat(),
    }


def reply_keyboard(person: Person) -> dict[str, Any] | None:
    """The keyboard in place of somebody's own, and the message that brought it; None: their own."""
    room = person._room  # noqa: SLF001  # one family
    used = False
    for entry in reversed(tuple(room.entries.values())):
        used |= entry.is_mine
        match entry.markup:
            case ReplyKeyboardRemove():
                return None
            case ReplyKeyboardMarkup() as markup if not entry.is_deleted:
                if used and markup.one_time_keyboard:
                    return None
                rows = [[_key(each) for each in row] for row in markup.keyboard]
                return {"message": entry.message.message_id, "rows": rows}
    return None


def image_type(data: bytes) -> str:
    """What kind of picture this is."""
    return "image/png" if data.startswith(_PNG) else "image/jpeg"


def _entity(entity: MessageEntity) -> dict[str, Any]:
    facts = {"type": entity.type, "offset": entity.offset, "length": entity.length}
    return facts | ({"url": entity.url} if entity.url else {})


def _rows(markup: InlineKeyboardMarkup | None) -> list[list[dict[str, Any]]]:
    rows = markup.inline_keyboard if markup else []
    return [[_button(each) for each in row] for row in rows]


def _button(button: InlineKeyboardButton) -> dict[str, Any]:
    copied = button.copy_text.text if button.copy_text else None
    facts = {
        "text": button.text,
        "data": button.callback_data,
        "url": button.url,
        "copy": copied,
    }
    return {name: value for name, value in facts.items() if value is not None}


def _key(button: KeyboardButton) -> dict[str, Any]:
    return {"text": button.text, "contact": bool(button.request_contact)}
