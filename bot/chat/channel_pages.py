"""What is shown of channels: pages of them, and each by itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from bot.chat.bounds import ChannelId, PageNumber
from bot.chat.moments import moment
from bot.chat.replies import safe
from bot.coverage_bar import bar, percent

if TYPE_CHECKING:
    from actors import Channel
    from bot.chat.visit import Visit

ON_A_PAGE: Final = 8
WORD_BYTES: Final = 24
"""How much of a searched word fits a button beside the rest."""
_TITLE: Final = 40
_CELLS: Final = 20

SEARCH: Final = "ch-search"
ADD: Final = "ch-add"


class Page(CallbackData, prefix="cp", sep="|"):
    """A page of the channels, or of those with a word."""

    page: PageNumber = 0
    word: str = ""


class One(CallbackData, prefix="co", sep="|"):
    """One channel, and the page to go back to."""

    channel: ChannelId
    page: PageNumber
    word: str


class Wish(CallbackData, prefix="cw", sep="|"):
    """Follow a channel, or do not; said as what shall be, so that twice is once."""

    channel: ChannelId
    follow: bool
    listed: bool
    """Whether it was pressed in the list."""
    page: PageNumber
    word: str


def shortened(word: str) -> str:
    """Make a searched word fit for a button."""
    plain = " ".join(word.replace("|", " ").split())
    return plain.encode()[:WORD_BYTES].decode(errors="ignore").strip()


def matching(channels: Sequence[Channel], word: str) -> list[Channel]:
    """Return the channels with a word in their title or name."""
    sought = word.casefold().removeprefix("@")
    return [
        each
        for each in channels
        if sought in each.title.casefold() or sought in (each.username or "").casefold()
    ]


def page_text(channels: Sequence[Channel], shown: Page, limit: int | None, visit: Visit) -> str:
    """Say what a page is of."""
    texts = visit.texts.channels
    if not channels:
        return texts.none
    if shown.word and not matching(channels, shown.word):
        return texts.none_found.format(word=safe(shown.word))
    followed = sum(each.state == "followed" for each in channels)
    lines = [texts.head.format(followed=followed, known=len(channels))]
    if limit is not None:
        lines.append(texts.limit.format(limit=visit.texts.general.channels(limit)))
    if shown.word:
        lines.append(texts.found_by.format(word=safe(shown.word)))
    return "\n".join([*lines, texts.hint])


def page_buttons(channels: Sequence[Channel], shown: Page, visit: Visit) -> InlineKeyboardMarkup:
    """Return a page's channels as buttons; a page beyond the last is the last."""
    texts = visit.texts.channels
    found = matching(channels, shown.word)
    pages = max(1, -(-len(found) // ON_A_PAGE))
    page = min(shown.page, pages - 1)
    rows = [
        _row(each, page, shown.word) for each in found[page * ON_A_PAGE : (page + 1) * ON_A_PAGE]
    ]
    if pages > 1:
        rows.append([
            _button(texts.earlier, Page(page=(page - 1) % pages, word=shown.word)),
            _button(f"{page + 1}/{pages}", Page(page=page, word=shown.word)),
            _button(texts.later, Page(page=(page + 1) % pages, word=shown.word)),
        ])  # fmt: skip
    if shown.word:
        rows.append([_button(texts.everything, Page())])
    last = [(texts.search, SEARCH), (texts.add, ADD)]
    rows.append([InlineKeyboardButton(text=text, callback_data=data) for text, data in last])
    return InlineKeyboardMarkup(inline_keyboard=rows)


def one_text(channel: Channel, visit: Visit) -> str:
    """Tell how one channel stands."""
    texts, timezone = visit.texts.channels, visit.visitor.timezone
    title = safe(channel.title)
    if channel.username:
        title = f'<a href="https://t.me/{safe(channel.username)}">{title}</a>'
    lines = [
        texts.one.format(
            title=title,
            state=texts.states[channel.state],
            bar=bar(channel, _CELLS),
            share=percent(channel.share),
            posts=visit.texts.general.posts(channel.posts),
            read=moment(channel.read_at, timezone),
            due=moment(channel.due_at, timezone),
        )
    ]
    if channel.holes:
        lines.append(texts.holes.format(holes=len(channel.holes)))
    if channel.state == "followed" and channel.why is not None:
        lines.append(texts.unconfirmed)
    return "\n".join(lines)


def one_buttons(channel: Channel, back: Page, visit: Visit) -> InlineKeyboardMarkup:
    """Return what can be done with one channel."""
    texts, follows = visit.texts.channels, channel.state == "followed"
    wish = Wish(
        channel=channel.id, follow=not follows, listed=False, page=back.page, word=back.word
    )
    return InlineKeyboardMarkup(
        inline_keyboard=[
            [_button(texts.unfollow if follows else texts.follow, wish)],
            [_button(visit.texts.general.back, back)],
        ]
    )


def _row(channel: Channel, page: int, word: str) -> list[InlineKeyboardButton]:
    follows = channel.state == "followed"
    wish = Wish(channel=channel.id, follow=not follows, listed=True, page=page, word=word)
    name = f"{'✅' if follows else '▫️'} {channel.title[:_TITLE]}"
    return [_button(name, wish), _button("…", One(channel=channel.id, page=page, word=word))]


def _button(text: str, data: CallbackData) -> InlineKeyboardButton:
    return InlineKeyboardButton(text=text, callback_data=data.pack())
