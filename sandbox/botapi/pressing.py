"""Buttons that people press."""

from aiogram.types import (
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    ReplyKeyboardMarkup,
)

from sandbox.botapi.account import Account
from sandbox.botapi.errors import NoSuchButton, NothingLikeThat
from sandbox.botapi.queries import Answer, Query
from sandbox.botapi.rooms import Entry, Figure, Room


class Press:
    """A button somebody has pressed: `url` is where it leads, if it does."""

    def __init__(self, account: Account, query: Query | None, url: str | None = None) -> None:
        self.url = url
        self._account = account
        self._query = query

    @property
    def answer(self) -> Answer | None:
        """What the bot has answered; None: the button is still waiting."""
        with self._account.bell:
            return self._query.answer if self._query else Answer(url=self.url)

    def answered(self, within: float = 5.0) -> Answer:
        """Block until the bot answers, or raise NothingLikeThat."""
        return self._account.bell.wait(lambda: self.answer, within) or self._fail(within)

    async def awaited(self, within: float = 5.0) -> Answer:
        """Wait on the running loop, as `answered` does."""
        found = await self._account.bell.awaited(lambda: self.answer, within)
        return found or self._fail(within)

    def _fail(self, within: float) -> Answer:
        raise NothingLikeThat(within, ())


def pressed(account: Account, room: Room, figure: Figure, entry: Entry, label: str) -> Press:
    """Let somebody press an inline button, found by its label or by its data."""
    button = _inline(entry, label)
    if button.callback_data is None:
        page = button.web_app.url if button.web_app else None
        return Press(account, None, button.url or page)
    query = account.queries.open(room.id, account.clock())
    account.updates.add(
        "callback_query",
        CallbackQuery(
            id=query.id,
            from_user=figure.user,
            chat_instance=str(room.id),
            message=entry.message,
            data=button.callback_data,
        ),
    )
    account.tell("pressed", room, entry, button.text)
    return Press(account, query)


def reply_button(entry: Entry, label: str) -> str | None:
    """The text that a button of a reply keyboard sends; None if there is no such button."""
    if not isinstance(entry.markup, ReplyKeyboardMarkup):
        return None
    texts = [button.text for row in entry.markup.keyboard for button in row]
    if label not in texts:
        raise NoSuchButton(label, tuple(texts))
    return label


def _inline(entry: Entry, label: str) -> InlineKeyboardButton:
    markup = entry.message.reply_markup
    rows = markup.inline_keyboard if isinstance(markup, InlineKeyboardMarkup) else []
    buttons = [button for row in rows for button in row]
    for button in buttons:
        if button.text == label:
            return button
    for button in buttons:
        if button.callback_data == label:
            return button
    raise NoSuchButton(label, tuple(button.text for button in buttons))
