"""Exports in the chat: which posts, in which form, as documents."""

from __future__ import annotations

import tempfile
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, TypeAlias

from aiogram import Router
from aiogram.filters import Command
from aiogram.filters.callback_data import CallbackData
from aiogram.types import FSInputFile, InlineKeyboardButton, InlineKeyboardMarkup
from pydantic import Field

from bot.chat.background import attended, promised
from bot.chat.bounds import ChannelId, PageNumber
from bot.chat.export_files import documents, stem
from bot.chat.feature import Feature
from bot.chat.live import Live, conclude
from bot.chat.replies import message_of, replace
from bot.export import FORMS, FormName, posts_of

if TYPE_CHECKING:
    from aiogram import Bot
    from aiogram.types import CallbackQuery, Message
    from aiogram.utils.callback_answer import CallbackAnswer

    from actors import Channel
    from actors.house import House
    from bot.chat.tasks import Tasks
    from bot.chat.visit import Visit

KIND: Final = "export"
ON_A_PAGE: Final = 10
UPLOAD_SECONDS: Final = 300
SHOWN_EACH: Final = 500
"""After how many posts it is said how many there are."""


Days: TypeAlias = Annotated[int, Field(ge=0, le=365)]


class Scope(CallbackData, prefix="xs"):
    """Which posts: of one channel or all (0), of so many days or all (0)."""

    channel: ChannelId = 0
    days: Days = 0


class Channels(CallbackData, prefix="xc"):
    """A page of the channels to choose from."""

    page: PageNumber


class Wanted(CallbackData, prefix="xf"):
    """Which posts, and in which form."""

    form: FormName
    channel: ChannelId
    days: Days


async def export(message: Message, visit: Visit) -> None:
    """Ask which posts."""
    texts = visit.texts.exporting
    rows = [
        [_button(texts.everything, Scope()), _button(texts.day, Scope(days=1))],
        [_button(texts.week, Scope(days=7)), _button(texts.month, Scope(days=30))],
        [_button(texts.one_channel, Channels(page=0))],
    ]
    await message.answer(texts.what, reply_markup=InlineKeyboardMarkup(inline_keyboard=rows))


async def which(query: CallbackQuery, callback_data: Channels, visit: Visit) -> None:
    """Ask of which channel."""
    texts = visit.texts.exporting
    found = sorted(await visit.user.channels(), key=lambda each: each.title.casefold())
    if not found:
        await replace(message_of(query), texts.no_channels)
        return
    keyboard = _choice(found, callback_data.page)
    await replace(message_of(query), texts.which, keyboard)


async def form(query: CallbackQuery, callback_data: Scope, visit: Visit) -> None:
    """Ask in which form."""
    channel, days = callback_data.channel, callback_data.days
    row = [_button(each.upper(), Wanted(form=each, channel=channel, days=days)) for each in FORMS]
    keyboard = InlineKeyboardMarkup(inline_keyboard=[row])
    await replace(message_of(query), visit.texts.exporting.form, keyboard)


async def write(
    query: CallbackQuery,
    callback_data: Wanted,
    visit: Visit,
    house: House,
    tasks: Tasks,
    bot: Bot,
    callback_answer: CallbackAnswer,
) -> None:
    """Write and send the file, in the background."""
    if message_of(query) is None:
        return
    work = attended(bot, visit, lambda: _export(bot, house, visit, callback_data))
    if not tasks.begin(visit.user.id, KIND, work):
        callback_answer.text = visit.texts.general.busy


async def _export(bot: Bot, house: House, visit: Visit, wanted: Wanted) -> None:
    texts = visit.texts.exporting
    writing = bot.send_message(visit.user.id, texts.writing)
    async with promised(writing, visit, lambda: texts.stopped) as shown:
        await conclude(shown, await _sent(bot, house, visit, wanted, shown))


async def _sent(bot: Bot, house: House, visit: Visit, wanted: Wanted, shown: Message) -> str:
    """Send the documents; return the last word."""
    texts, name = visit.texts.exporting, "all"
    if wanted.channel:
        titles = {each.id: each for each in await visit.user.channels()}
        if wanted.channel not in titles:
            return texts.gone
        name = titles[wanted.channel].username or str(wanted.channel)
    now, number = datetime.now(UTC), 0
    posts = posts_of(
        house.store,
        visit.user.id,
        channel=wanted.channel or None,
        since=now - timedelta(days=wanted.days) if wanted.days else None,
    )
    async with Live(shown) as live:

        def counted() -> None:
            nonlocal number
            number += 1
            if number % SHOWN_EACH == 0:
                live.say(texts.written.format(posts=visit.texts.general.posts(number)))

        with tempfile.TemporaryDirectory(prefix="tgactors-export-") as folder:
            name = stem(name, f"{now:%Y-%m-%d}")
            written = documents(posts, FORMS[wanted.form], Path(folder), name, counted=counted)
            async with aclosing(written) as files:
                async for path in files:
                    if number:
                        await bot.send_document(
                            visit.user.id, FSInputFile(path), request_timeout=UPLOAD_SECONDS
                        )
    return texts.done.format(posts=visit.texts.general.posts(number)) if number else texts.nothing


def _choice(channels: list[Channel], page: int) -> InlineKeyboardMarkup:
    """Return a page of channels as buttons."""
    pages = -(-len(channels) // ON_A_PAGE)
    page = min(page, pages - 1)
    shown = channels[page * ON_A_PAGE : (page + 1) * ON_A_PAGE]
    rows = [[_button(each.title[:60], Scope(channel=each.id))] for each in shown]
    if pages > 1:
        around = [("‹", page - 1), (f"{page + 1}/{pages}", page), ("›", page + 1)]
        rows.append([_button(text, Channels(page=to % pages)) for text, to in around])
    return InlineKeyboardMarkup(inline_keyboard=rows)


def _button(text: str, data: CallbackData) -> InlineKeyboardButton:
    return InlineKeyboardButton(text=text, callback_data=data.pack())


def _router() -> Router:
    router = Router(name="exporting")
    router.message.register(export, Command("export"))
    router.callback_query.register(which, Channels.filter())
    router.callback_query.register(form, Scope.filter())
    router.callback_query.register(write, Wanted.filter())
    return router


EXPORTING = Feature(router=_router, commands=("export",))
