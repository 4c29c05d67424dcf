"""What people and the bot are in a chat."""

from typing import Any

from aiogram.types import (
    ChatMemberAdministrator,
    ChatMemberBanned,
    ChatMemberLeft,
    ChatMemberMember,
    ChatMemberOwner,
    ChatMemberUpdated,
    User,
)
from pydantic import TypeAdapter

from sandbox.botapi.account import Account
from sandbox.botapi.rooms import Room

Member = (
    ChatMemberOwner | ChatMemberAdministrator | ChatMemberMember | ChatMemberLeft | ChatMemberBanned
)
_RIGHTS = tuple(name for name in ChatMemberAdministrator.model_fields if name.startswith("can_"))
_members: TypeAdapter[Any] = TypeAdapter(Member)


def status(name: str, user: User) -> Any:
    """A member with a status: creator, administrator, member, left or kicked."""
    facts: dict[str, Any] = {"status": name, "user": user}
    if name == "creator":
        facts["is_anonymous"] = False
    if name == "administrator":
        facts |= dict.fromkeys(_RIGHTS, True) | {"is_anonymous": False}
    if name == "kicked":
        facts["until_date"] = 0
    return _members.validate_python(facts)


def member(account: Account, room: Room, user_id: int) -> Any | None:
    """What somebody is in a chat; None for people nobody knows."""
    if user_id == account.me.id:
        return status("administrator" if room.is_administrator else "member", account.me)
    figure = account.rooms.people.get(user_id)
    if figure is None:
        return None
    if user_id not in room.members:
        return status("left", figure.user)
    return status("creator" if room.owner == user_id else "member", figure.user)


def tell_change(account: Account, room: Room, by: User, old: str, new: str) -> None:
    """Let the bot know that it is something else in a chat."""
    account.updates.add(
        "my_chat_member",
        ChatMemberUpdated(
            chat=room.chat,
            from_user=by,
            date=account.now,
            old_chat_member=status(old, account.me),
            new_chat_member=status(new, account.me),
        ),
    )
    account.bell.ring()
