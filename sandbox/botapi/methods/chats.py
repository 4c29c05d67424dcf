"""Chats, their members, their files, and the buttons that people press in them."""

from typing import Any, Final

from aiogram.methods import (
    AnswerCallbackQuery,
    GetChat,
    GetChatMember,
    GetFile,
    PinChatMessage,
    UnpinChatMessage,
)
from aiogram.types import AcceptedGiftTypes, ChatFullInfo

from sandbox.botapi.membership import member
from sandbox.botapi.methods.registry import Call, serves
from sandbox.botapi.queries import Answer
from sandbox.botapi.refusals import bad

_NOTICE: Final = 200


@serves(GetChat, differs="names and the pinned message; no photos, no permissions")
def get_chat(call: Call, asked: GetChat) -> object:
    """What there is to know of a chat."""
    room = call.account.room(asked.chat_id)
    facts: dict[str, Any] = room.chat.model_dump(exclude_none=True)
    pinned = room.find(room.pinned)
    if pinned is not None:
        facts["pinned_message"] = pinned.message
    gifts = AcceptedGiftTypes.model_validate(dict.fromkeys(AcceptedGiftTypes.model_fields, False))
    return ChatFullInfo(
        **facts, accent_color_id=0, max_reaction_count=11, accepted_gift_types=gifts
    )


@serves(GetChatMember)
def get_chat_member(call: Call, asked: GetChatMember) -> object:
    """What somebody is in a chat."""
    room = call.account.room(asked.chat_id)
    found = member(call.account, room, asked.user_id)
    if found is None:
        raise bad("member not found")
    return found


@serves(GetFile)
def get_file(call: Call, asked: GetFile) -> object:
    """Where a file is downloaded."""
    return call.account.files.described(asked.file_id)


@serves(AnswerCallbackQuery)
def answer_callback_query(call: Call, asked: AnswerCallbackQuery) -> object:
    """End a button's waiting, with or without a notice."""
    account = call.account
    if len(asked.text or "") > _NOTICE:
        raise bad("MESSAGE_TOO_LONG")
    answer = Answer(asked.text or "", bool(asked.show_alert), asked.url)
    query = account.queries.answer(asked.callback_query_id, answer, account.clock())
    account.tell("answered", account.rooms.rooms[query.chat], text=answer.text)
    return True


@serves(PinChatMessage, differs="without a service message")
def pin_chat_message(call: Call, asked: PinChatMessage) -> object:
    """Let a message stay on top."""
    room = call.account.reachable(asked.chat_id)
    if room.find(asked.message_id) is None:
        raise bad("message to pin not found")
    if not (room.is_private or room.is_administrator):
        raise bad("not enough rights to manage pinned messages in the chat")
    room.pinned = asked.message_id
    call.account.bell.ring()
    return True


@serves(UnpinChatMessage)
def unpin_chat_message(call: Call, asked: UnpinChatMessage) -> object:
    """Let no message stay on top."""
    room = call.account.reachable(asked.chat_id)
    if room.pinned is None or asked.message_id not in (None, room.pinned):
        raise bad("message to unpin not found")
    room.pinned = None
    call.account.bell.ring()
    return True
