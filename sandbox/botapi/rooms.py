"""The chats of one bot, and who is in them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

from aiogram.types import Chat, Message, User

from sandbox.botapi.files import Files
from sandbox.botapi.keyboards import Markup
from sandbox.botapi.shown import Shown, html_of


@dataclass(slots=True, eq=False)
class Figure:
    """Somebody who can talk to the bot."""

    user: User
    has_blocked: bool = False
    is_deactivated: bool = False


@dataclass(slots=True, eq=False)
class Entry:
    """A message, as it is now and was before."""

    message: Message
    is_mine: bool
    markup: Markup | None = None
    is_deleted: bool = False
    edits: list[Message] = field(default_factory=list)

    def change(self, message: Message, markup: Markup | None) -> None:
        """Let it be another one; what it was is remembered."""
        self.edits.append(self.message)
        self.message, self.markup = message, markup


@dataclass(slots=True, eq=False)
class Room:
    """A chat between people and the bot; messages are numbered by `numbers`."""

    chat: Chat
    numbers: Iterator[int]
    members: dict[int, Figure]
    owner: int | None = None
    is_started: bool = False
    is_left: bool = False
    is_kicked: bool = False
    is_administrator: bool = False
    entries: dict[int, Entry] = field(default_factory=dict)
    pinned: int | None = None

    @property
    def id(self) -> int:
        """The chat's id."""
        return self.chat.id

    @property
    def is_private(self) -> bool:
        """Whether one person is alone with the bot."""
        return self.chat.type == "private"

    def find(self, message_id: int | None) -> Entry | None:
        """A message that is there."""
        entry = self.entries.get(message_id) if message_id is not None else None
        return None if entry is None or entry.is_deleted else entry


@dataclass(slots=True, eq=False)
class Rooms:
    """All chats and all people. Not thread-safe."""

    people: dict[int, Figure] = field(default_factory=dict)
    rooms: dict[int, Room] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def add_person(self, user: User) -> Room:
        """Let somebody exist who has not written yet, or is called otherwise now."""
        if (known := self.rooms.get(user.id)) is not None:
            self.people[user.id].user = user
            known.chat = _private(user)
            return known
        figure = self.people[user.id] = Figure(user)
        # Telegram numbers the messages of all of a bot's private chats together.
        room = Room(_private(user), self._numbers, {user.id: figure})
        self.rooms[user.id] = room
        return room

    def add_group(self, group_id: int, title: str) -> Room:
        """Let a supergroup exist."""
        chat = Chat(id=group_id, type="supergroup", title=title)
        room = self.rooms[group_id] = Room(chat, count(1), {}, is_started=True)
        return room

    def find(self, chat: int | str | None) -> Room | None:
        """A chat by its id or its name."""
        if isinstance(chat, str) and chat:
            name = chat.removeprefix("@").lower()
            groups = (room for room in self.rooms.values() if not room.is_private)
            return next(
                (room for room in groups if (room.chat.username or "").lower() == name), None
            )
        return self.rooms.get(chat) if isinstance(chat, int) else None


def shown(entry: Entry, files: Files) -> Shown:
    """A message as people see it now."""
    message = entry.message
    photo = files.find(message.photo[-1].file_id) if message.photo else None
    document = files.find(message.document.file_id) if message.document else None
    return Shown(
        message,
        entry.is_mine,
        entry.is_deleted,
        tuple(html_of(before) for before in entry.edits),
        photo.data if photo else None,
        document.data if document else None,
    )


def _private(user: User) -> Chat:
    return Chat(
        id=user.id,
        type="private",
        first_name=user.first_name,
        last_name=user.last_name,
        username=user.username,
    )
