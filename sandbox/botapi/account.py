"""One bot's account at Telegram: its chats, its files, and what happened to it."""

from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from aiogram.types import InlineKeyboardMarkup, Message, User

from sandbox.botapi.bell import Bell
from sandbox.botapi.files import Files
from sandbox.botapi.keyboards import Markup
from sandbox.botapi.pace import Limits, Pace
from sandbox.botapi.queries import Queries
from sandbox.botapi.refusals import bad, forbidden, too_many
from sandbox.botapi.rooms import Entry, Room, Rooms, shown
from sandbox.botapi.settings import Settings
from sandbox.botapi.updates import Updates
from sandbox.botapi.watching import Event, EventKind, Watcher

_MISTAKES: Final = 100


class Account:
    """The state that calls and people change; everything in it is guarded by its bell."""

    def __init__(
        self,
        me: User,
        *,
        limits: Limits,
        has_privacy: bool,
        callback_life: float,
        clock: Callable[[], float],
    ) -> None:
        self.me = me
        self.has_privacy = has_privacy
        self.bell = Bell()
        self.files = Files()
        self.rooms = Rooms()
        self.updates = Updates()
        self.settings = Settings()
        self.queries = Queries(callback_life)
        self.watchers: list[Watcher] = []
        self.clock = clock
        self._pace = Pace(limits)
        self._mistakes: deque[str] = deque(maxlen=_MISTAKES)

    @property
    def now(self) -> datetime:
        """The time here."""
        return datetime.fromtimestamp(self.clock(), UTC)

    @property
    def mistakes(self) -> tuple[str, ...]:
        """What no correct bot does, newest last."""
        with self.bell:
            return tuple(self._mistakes)

    def mistake(self, text: str) -> None:
        """Note something that no correct bot does."""
        with self.bell:
            self._mistakes.append(text)

    def room(self, chat: int | str | None) -> Room:
        """A chat that the bot may look at, or a refusal."""
        room = self.rooms.find(chat)
        if room is None:
            raise bad("chat not found")
        if room.is_kicked:
            raise forbidden("bot was kicked from the supergroup chat")
        if room.is_left:
            raise forbidden("bot is not a member of the supergroup chat")
        return room

    def reachable(self, chat: int | str | None) -> Room:
        """A chat that the bot may write in, or a refusal."""
        room = self.room(chat)
        if not room.is_private:
            return room
        figure = self.rooms.people[room.id]
        if figure.is_deactivated:
            raise forbidden("user is deactivated")
        if figure.has_blocked:
            raise forbidden("bot was blocked by the user")
        if not room.is_started:
            raise forbidden("bot can't initiate conversation with a user")
        return room

    def spend(self, room: Room, count: int = 1) -> None:
        """Count messages to a chat, or refuse them because there were too many."""
        wait = self._pace.take(room.id, self.clock(), count)
        if wait is not None:
            raise too_many(wait)

    def post(
        self, room: Room, sender: User, *, markup: Markup | None = None, **content: Any
    ) -> Entry:
        """Add a message to a chat."""
        inline = markup if isinstance(markup, InlineKeyboardMarkup) else None
        message = Message(
            message_id=next(room.numbers),
            date=self.now,
            chat=room.chat,
            from_user=sender,
            reply_markup=inline,
            **content,
        )
        entry = room.entries[message.message_id] = Entry(message, not sender.is_bot, markup)
        self.tell("sent", room, entry)
        return entry

    def edit(self, room: Room, entry: Entry, markup: Markup | None, **content: Any) -> Message:
        """Change a message; what is not named stays, but for the keyboard."""
        inline = markup if isinstance(markup, InlineKeyboardMarkup) else None
        changed = {"reply_markup": inline, "edit_date": int(self.clock()), **content}
        entry.change(entry.message.model_copy(update=changed), markup)
        self.tell("edited", room, entry)
        return entry.message

    def delete(self, room: Room, entry: Entry) -> None:
        """Remove a message for everybody."""
        entry.is_deleted = True
        if room.pinned == entry.message.message_id:
            room.pinned = None
        self.tell("deleted", room, entry)

    def tell(self, kind: EventKind, room: Room, entry: Entry | None = None, text: str = "") -> None:
        """Tell everybody who waits or watches what happened."""
        self.watchers = [watcher for watcher in self.watchers if not watcher.is_closed]
        if self.watchers:
            seen = shown(entry, self.files) if entry else None
            event = Event(kind, room.id, self.now, seen, text)
            for watcher in self.watchers:
                watcher.add(event)
        self.bell.ring()
