"""What people say to the bot, and how it hears of that."""

from typing import Any

from aiogram.types import Message, User

from sandbox.botapi.account import Account
from sandbox.botapi.errors import BotBlocked, NoSuchMessage, NotAMember
from sandbox.botapi.formatting import Formatted, clean, trimmed
from sandbox.botapi.rooms import Entry, Figure, Room
from sandbox.botapi.speech import with_found


def said(
    account: Account, room: Room, figure: Figure, reply_to: int | None = None, **content: Any
) -> Entry:
    """Let somebody send something; the bot gets an update if it may see it."""
    check(room, figure)
    if reply_to is not None:
        content["reply_to_message"] = found(room, reply_to).message
    room.is_started = True
    entry = account.post(room, figure.user, **content)
    if heard(account, room, entry.message):
        account.updates.add("message", entry.message)
    account.bell.ring()
    return entry


def edited(account: Account, room: Room, entry: Entry, **content: Any) -> None:
    """Let somebody change what they have sent."""
    message = account.edit(room, entry, None, **{"entities": None, **content})
    if heard(account, room, message):
        account.updates.add("edited_message", message)
    account.bell.ring()


def check(room: Room, figure: Figure) -> None:
    """Refuse a test that lets somebody speak who cannot."""
    if figure.user.id not in room.members:
        raise NotAMember(figure.user.id, room.id)
    if figure.is_deactivated or (room.is_private and figure.has_blocked):
        raise BotBlocked(figure.user.id)


def found(room: Room, number: int) -> Entry:
    """A message that is there, for the people in the chat."""
    entry = room.find(number)
    if entry is None:
        raise NoSuchMessage(room.id, number)
    return entry


def heard(account: Account, room: Room, message: Message) -> bool:
    """Whether the bot gets a message: in groups with privacy only what is meant for it."""
    if room.is_kicked or room.is_left:
        return False
    if room.is_private or room.is_administrator or not account.has_privacy:
        return True
    replied = message.reply_to_message
    if replied is not None and _is(replied.from_user, account.me):
        return True
    text = message.text or message.caption or ""
    command, _, addressed = text.partition(" ")[0].partition("@")
    name = f"@{account.me.username}"
    if command.startswith("/"):
        return addressed.lower() in ("", (account.me.username or "").lower())
    return name.lower() in text.lower()


def spoken(text: str) -> dict[str, Any]:
    """The text and the entities of a message that somebody types."""
    formatted = with_found(trimmed(Formatted(clean(text))))
    return {"text": formatted.text} | (
        {"entities": list(formatted.entities)} if formatted.entities else {}
    )


def _is(user: User | None, other: User) -> bool:
    return user is not None and user.id == other.id
