"""Changes of messages that the bot has sent."""

from typing import Any

from aiogram.methods import (
    EditMessageCaption,
    EditMessageMedia,
    EditMessageReplyMarkup,
    EditMessageText,
)
from aiogram.types import InlineKeyboardMarkup

from sandbox.botapi.methods.registry import Call, serves
from sandbox.botapi.methods.sending import captioned, texted
from sandbox.botapi.methods.uploads import media
from sandbox.botapi.refusals import NOT_MODIFIED, bad
from sandbox.botapi.rooms import Entry, Room
from sandbox.botapi.speech import caption_of, text_of


def _found(call: Call, asked: Any) -> tuple[Room, Entry]:
    """The message that is to be edited."""
    if asked.chat_id is None or not asked.message_id:
        raise bad("message identifier is not specified")
    room = call.account.reachable(asked.chat_id)
    entry = room.find(asked.message_id)
    if entry is None:
        raise bad("message to edit not found")
    if entry.is_mine:
        raise bad("message can't be edited")
    if call.markup is not None and not isinstance(call.markup, InlineKeyboardMarkup):
        raise bad("inline keyboard expected")
    return room, entry


def _edit(call: Call, room: Room, entry: Entry, **content: Any) -> object:
    """Change it, unless that would change nothing; a keyboard that is not named goes away."""
    message = entry.message
    same = all(getattr(message, name) == value for name, value in content.items())
    if same and message.reply_markup == call.markup:
        raise bad(NOT_MODIFIED)
    call.account.spend(room)
    return call.account.edit(room, entry, call.markup, **content)


@serves(EditMessageText, differs="only messages of the bot itself")
def edit_message_text(call: Call, asked: EditMessageText) -> object:
    """Another text."""
    room, entry = _found(call, asked)
    if entry.message.text is None:
        raise bad("there is no text in the message to edit")
    said = text_of(call.account, asked.text or "", asked.parse_mode, asked.entities)
    return _edit(call, room, entry, **texted(said))


@serves(EditMessageCaption, differs="only messages of the bot itself")
def edit_message_caption(call: Call, asked: EditMessageCaption) -> object:
    """Another caption."""
    room, entry = _found(call, asked)
    if entry.message.text is not None:
        raise bad("there is no caption in the message to edit")
    said = caption_of(call.account, asked.caption, asked.parse_mode, asked.caption_entities)
    return _edit(call, room, entry, **captioned(said))


@serves(EditMessageMedia, differs="photos and documents only")
def edit_message_media(call: Call, asked: EditMessageMedia) -> object:
    """Another picture or file, also instead of a text."""
    room, entry = _found(call, asked)
    new = asked.media
    said = caption_of(call.account, new.caption, new.parse_mode, new.caption_entities)
    content = media(call, new) | captioned(said)
    return _edit(call, room, entry, **content, text=None, entities=None)


@serves(EditMessageReplyMarkup)
def edit_message_reply_markup(call: Call, asked: EditMessageReplyMarkup) -> object:
    """Other buttons, or none."""
    room, entry = _found(call, asked)
    return _edit(call, room, entry)
