"""People who talk to the bot."""

from typing import Any

from aiogram.types import (
    BotCommand,
    Chat,
    Contact,
    MessageOriginChannel,
)

from sandbox.botapi.errors import NoSuchMessage
from sandbox.botapi.files import as_document, as_photo
from sandbox.botapi.membership import tell_change
from sandbox.botapi.pressing import Press, pressed, reply_button
from sandbox.botapi.rooms import Entry, Figure, Room, shown
from sandbox.botapi.shown import Shown
from sandbox.botapi.speaking import check, edited, found, said, spoken
from sandbox.botapi.waiting import Seen


class Person(Seen):
    """Somebody, and their private chat with the bot; every verb from any thread.

    Verbs that take a `chat` happen in that group, the others in the private chat.
    """

    @property
    def id(self) -> int:
        """Their Telegram id, which is also that of the private chat."""
        return self._room.id

    @property
    def commands(self) -> list[BotCommand]:
        """The commands that their menu shows."""
        with self._account.bell:
            language = self._figure.user.language_code
            return self._account.settings.commands_for(language, is_private=True)

    def start(self, payload: str = "") -> Shown:
        """Press Start, or Restart: whoever had blocked the bot unblocks it."""
        self.unblock()
        return self.send(f"/start {payload}")

    def send(self, text: str, *, chat: Seen | None = None, reply_to: int | None = None) -> Shown:
        """Send a text."""
        return self._say(chat, reply_to=reply_to, **spoken(text))

    def send_document(
        self,
        data: bytes,
        name: str = "file.bin",
        *,
        mime: str | None = None,
        caption: str | None = None,
        chat: Seen | None = None,
    ) -> Shown:
        """Send a file."""
        with self._account.bell:
            stored = self._account.files.add_document(data, name, mime)
        return self._say(chat, document=as_document(stored), caption=caption)

    def send_photo(
        self, data: bytes, *, caption: str | None = None, chat: Seen | None = None
    ) -> Shown:
        """Send a picture, PNG or JPEG."""
        with self._account.bell:
            stored = self._account.files.add_photo(data)
        return self._say(chat, photo=as_photo(stored), caption=caption)

    def send_contact(self, phone: str) -> Shown:
        """Share one's own phone number."""
        name = self._figure.user.first_name
        return self._say(
            None, contact=Contact(phone_number=phone, first_name=name, user_id=self.id)
        )

    def forward(
        self,
        channel_id: int,
        title: str,
        username: str | None,
        message_id: int,
        text: str,
        *,
        album: str | None = None,
        chat: Seen | None = None,
    ) -> Shown:
        """Send a channel's post on, or a part of an album."""
        origin = Chat(id=channel_id, type="channel", title=title, username=username)
        facts = {
            "type": "channel",
            "date": self._account.now,
            "chat": origin,
            "message_id": message_id,
        }
        return self._say(
            chat,
            forward_origin=MessageOriginChannel.model_validate(facts),
            media_group_id=album,
            **spoken(text),
        )

    def press(self, message: Shown | int, button: str, *, chat: Seen | None = None) -> Press:
        """Press a button of a message, named by its label or its data.

        One of a reply keyboard sends its text, and waits for no answer.
        """
        number = message if isinstance(message, int) else message.id
        with self._account.bell:
            room, entry = self._entry(chat, number)
            check(room, self._figure)
            if (text := reply_button(entry, button)) is not None:
                said(self._account, room, self._figure, **spoken(text))
                return Press(self._account, None)
            return pressed(self._account, room, self._figure, entry, button)

    def edit(self, message: Shown | int, text: str, *, chat: Seen | None = None) -> Shown:
        """Change a text that they have sent."""
        number = message if isinstance(message, int) else message.id
        with self._account.bell:
            room, entry = self._entry(chat, number)
            sender = entry.message.from_user
            if sender is None or sender.id != self.id:
                raise NoSuchMessage(room.id, number)
            edited(self._account, room, entry, **spoken(text))
            return shown(entry, self._account.files)

    def block(self) -> None:
        """Block the bot, which is told."""
        with self._account.bell:
            if not self._figure.has_blocked:
                self._figure.has_blocked = True
                tell_change(self._account, self._room, self._figure.user, "member", "kicked")

    def unblock(self) -> None:
        """Unblock the bot, which is told."""
        with self._account.bell:
            if self._figure.has_blocked:
                self._figure.has_blocked = False
                tell_change(self._account, self._room, self._figure.user, "kicked", "member")

    def deactivate(self) -> None:
        """Delete the account."""
        with self._account.bell:
            self._figure.is_deactivated = True

    @property
    def _figure(self) -> Figure:
        return self._account.rooms.people[self._room.id]

    def _entry(self, chat: Seen | None, number: int) -> tuple[Room, Entry]:
        room = room_of(chat or self)
        return room, found(room, number)

    def _say(self, chat: Seen | None, **content: Any) -> Shown:
        content = {name: value for name, value in content.items() if value is not None}
        with self._account.bell:
            entry = said(self._account, room_of(chat or self), self._figure, **content)
            return shown(entry, self._account.files)


def room_of(seen: Seen) -> Room:
    """The chat that somebody sees."""
    return seen._room  # noqa: SLF001  # one family
