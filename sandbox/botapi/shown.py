"""A message as people see it."""

from dataclasses import dataclass, field

from aiogram.types import InlineKeyboardMarkup, Message
from aiogram.utils.text_decorations import html_decoration


@dataclass(frozen=True, slots=True)
class Shown:
    """A message at one moment; `edits` has what it said before, oldest first, as HTML."""

    message: Message = field(repr=False)
    is_mine: bool
    """Whether a person has sent it, and not the bot."""
    is_deleted: bool = False
    edits: tuple[str, ...] = ()
    photo: bytes | None = field(default=None, repr=False)
    document: bytes | None = field(default=None, repr=False)

    @property
    def id(self) -> int:
        """Its number in the chat."""
        return self.message.message_id

    @property
    def chat(self) -> int:
        """The chat it is in."""
        return self.message.chat.id

    @property
    def text(self) -> str:
        """What it says: its text, or its caption."""
        return self.message.text or self.message.caption or ""

    @property
    def html(self) -> str:
        """What it says, with its formatting."""
        return html_of(self.message)

    @property
    def keyboard(self) -> tuple[tuple[str, ...], ...]:
        """The labels of the buttons under it, row by row."""
        markup = self.message.reply_markup
        if not isinstance(markup, InlineKeyboardMarkup):
            return ()
        return tuple(tuple(button.text for button in row) for row in markup.inline_keyboard)

    @property
    def data(self) -> tuple[str, ...]:
        """The callback data of the buttons under it."""
        markup = self.message.reply_markup
        rows = markup.inline_keyboard if markup else []
        return tuple(button.callback_data for row in rows for button in row if button.callback_data)


def html_of(message: Message) -> str:
    """What a message says, as HTML."""
    text = message.text or message.caption or ""
    return html_decoration.unparse(text, message.entities or message.caption_entities)
