"""Messages that the bot sends."""

from itertools import count
from typing import Any, Final

from aiogram.methods import (
    CopyMessage,
    ForwardMessage,
    SendChatAction,
    SendDocument,
    SendMediaGroup,
    SendMessage,
    SendPhoto,
)
from aiogram.types import (
    LinkPreviewOptions,
    Message,
    MessageId,
    MessageOriginChannel,
    MessageOriginUser,
)

from sandbox.botapi.files import as_document, as_photo
from sandbox.botapi.formatting import Formatted
from sandbox.botapi.methods.registry import Call, serves
from sandbox.botapi.methods.uploads import document, media, photo
from sandbox.botapi.refusals import bad
from sandbox.botapi.rooms import Entry, Room
from sandbox.botapi.speech import caption_of, text_of

_ACTIONS: Final = frozenset({
    "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice",
    "upload_document", "choose_sticker", "find_location", "record_video_note",
    "upload_video_note",
})  # fmt: skip
_ALBUM: Final = range(2, 11)
_albums: Final = count(13_000_000_000_000_001)


def captioned(formatted: Formatted) -> dict[str, Any]:
    """The caption of a message that is changed or sent."""
    return {
        "caption": formatted.text or None,
        "caption_entities": list(formatted.entities) or None,
    }


def texted(formatted: Formatted) -> dict[str, Any]:
    """The text of a message that is changed or sent."""
    return {"text": formatted.text, "entities": list(formatted.entities) or None}


def previewed(options: object) -> dict[str, Any]:
    """How the links of a text are shown, if the bot says so."""
    return {"link_preview_options": options} if isinstance(options, LinkPreviewOptions) else {}


def _post(call: Call, room: Room, asked: Any, **content: Any) -> Message:
    content = {name: value for name, value in content.items() if value is not None}
    if (replied := _replied(room, asked)) is not None:
        content["reply_to_message"] = replied
    if asked.protect_content is True:
        content["has_protected_content"] = True
    return call.account.post(room, call.account.me, markup=call.markup, **content).message


def _replied(room: Room, asked: Any) -> Message | None:
    """The message that is answered."""
    said = getattr(asked, "reply_parameters", None)
    number = said.message_id if said else getattr(asked, "reply_to_message_id", None)
    if number is None:
        return None
    entry = room.find(number)
    if entry is not None:
        return entry.message.model_copy(update={"reply_to_message": None})
    lenient = said.allow_sending_without_reply if said else asked.allow_sending_without_reply
    if lenient is not True:
        raise bad("message to be replied not found")
    return None


@serves(SendMessage, differs="HTML or entities, no Markdown")
def send_message(call: Call, asked: SendMessage) -> object:
    """A text."""
    room = call.account.reachable(asked.chat_id)
    said = text_of(call.account, asked.text, asked.parse_mode, asked.entities)
    call.account.spend(room)
    return _post(call, room, asked, **texted(said), **previewed(asked.link_preview_options))


@serves(SendPhoto, differs="PNG and JPEG, in the one size they have; no URLs")
def send_photo(call: Call, asked: SendPhoto) -> object:
    """A picture."""
    room = call.account.reachable(asked.chat_id)
    said = caption_of(call.account, asked.caption, asked.parse_mode, asked.caption_entities)
    stored = photo(call, asked.photo)
    call.account.spend(room)
    return _post(call, room, asked, photo=as_photo(stored), **captioned(said))


@serves(SendDocument, differs="no thumbnails, no URLs; every document stays one")
def send_document(call: Call, asked: SendDocument) -> object:
    """A file."""
    room = call.account.reachable(asked.chat_id)
    said = caption_of(call.account, asked.caption, asked.parse_mode, asked.caption_entities)
    stored = document(call, asked.document)
    call.account.spend(room)
    return _post(call, room, asked, document=as_document(stored), **captioned(said))


@serves(SendMediaGroup, differs="photos and documents only")
def send_media_group(call: Call, asked: SendMediaGroup) -> object:
    """An album."""
    room = call.account.reachable(asked.chat_id)
    if len(asked.media) not in _ALBUM:
        raise bad("there must be 2-10 media in the media group")
    if len({each.type for each in asked.media}) > 1:
        raise bad("document can't be mixed with other media types")
    contents = [
        media(call, each)
        | captioned(caption_of(call.account, each.caption, each.parse_mode, each.caption_entities))
        for each in asked.media
    ]
    call.account.spend(room, len(contents))
    album = str(next(_albums))
    return [_post(call, room, asked, media_group_id=album, **content) for content in contents]


@serves(SendChatAction)
def send_chat_action(call: Call, asked: SendChatAction) -> object:
    """What people see while they wait."""
    room = call.account.reachable(asked.chat_id)
    if asked.action not in _ACTIONS:
        raise bad("wrong parameter action in request")
    call.account.tell("action", room, text=asked.action)
    return True


@serves(CopyMessage)
def copy_message(call: Call, asked: CopyMessage) -> object:
    """A message sent again, as the bot's own."""
    room = call.account.reachable(asked.chat_id)
    message = _source(call, asked.from_chat_id, asked.message_id, "copy").message
    content = {name: getattr(message, name) for name in ("text", "entities", "photo", "document")}
    said = {"caption": message.caption, "caption_entities": message.caption_entities}
    if asked.caption is not None and message.text is None:
        said = captioned(
            caption_of(call.account, asked.caption, asked.parse_mode, asked.caption_entities)
        )
    call.account.spend(room)
    return MessageId(message_id=_post(call, room, asked, **content, **said).message_id)


@serves(ForwardMessage)
def forward_message(call: Call, asked: ForwardMessage) -> object:
    """A message sent on, with its origin."""
    room = call.account.reachable(asked.chat_id)
    message = _source(call, asked.from_chat_id, asked.message_id, "forward").message
    names = ("text", "entities", "photo", "document", "caption", "caption_entities")
    call.account.spend(room)
    return _post(
        call,
        room,
        asked,
        forward_origin=_origin(message),
        **{name: getattr(message, name) for name in names},
    )


def _source(call: Call, chat: int | str, number: int, purpose: str) -> Entry:
    entry = call.account.room(chat).find(number)
    if entry is None:
        raise bad(f"message to {purpose} not found")
    if entry.message.has_protected_content:
        raise bad(f"the message can't be {'copied' if purpose == 'copy' else 'forwarded'}")
    return entry


def _origin(message: Message) -> MessageOriginChannel | MessageOriginUser | object:
    if message.forward_origin is not None:
        return message.forward_origin
    origin = {"type": "user", "date": message.date, "sender_user": message.from_user}
    return MessageOriginUser.model_validate(origin)
