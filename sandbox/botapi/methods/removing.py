"""Messages that the bot deletes, and the groups that it leaves."""

from typing import Final

from aiogram.methods import DeleteMessage, DeleteMessages, LeaveChat

from sandbox.botapi.account import Account
from sandbox.botapi.methods.registry import Call, serves
from sandbox.botapi.refusals import bad
from sandbox.botapi.rooms import Entry, Room

_FOR_EVERYBODY: Final = 48 * 3600
"""Seconds in which a bot may delete a message."""
_MOST: Final = 100


def _why_not(account: Account, room: Room, entry: Entry) -> str | None:
    """Why a message may not be deleted."""
    if not room.is_private and entry.is_mine and not room.is_administrator:
        return "message can't be deleted"
    may_ever = room.is_administrator and not room.is_private
    if not may_ever and account.clock() - entry.message.date.timestamp() > _FOR_EVERYBODY:
        return "message can't be deleted for everyone"
    return None


@serves(DeleteMessage)
def delete_message(call: Call, asked: DeleteMessage) -> object:
    """Remove a message for everybody."""
    room = call.account.room(asked.chat_id)
    entry = room.find(asked.message_id)
    if entry is None:
        raise bad("message to delete not found")
    if why := _why_not(call.account, room, entry):
        raise bad(why)
    call.account.delete(room, entry)
    return True


@serves(DeleteMessages)
def delete_messages(call: Call, asked: DeleteMessages) -> object:
    """Remove messages for everybody; what is not there or may not be deleted is left out."""
    room = call.account.room(asked.chat_id)
    if not asked.message_ids:
        raise bad("message identifiers are not specified")
    if len(asked.message_ids) > _MOST:
        raise bad("too many message identifiers specified")
    for number in asked.message_ids:
        entry = room.find(number)
        if entry is not None and _why_not(call.account, room, entry) is None:
            call.account.delete(room, entry)
    return True


@serves(LeaveChat)
def leave_chat(call: Call, asked: LeaveChat) -> object:
    """Be in a group no more."""
    room = call.account.room(asked.chat_id)
    if room.is_private:
        raise bad("chat member status can't be changed in private chats")
    room.is_left = True
    call.account.bell.ring()
    return True
