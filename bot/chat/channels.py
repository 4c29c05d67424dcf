"""The person's channels: which are followed, and what is held of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aiogram import F, Router
from aiogram.filters import Command, StateFilter
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import ForceReply

from bot.chat import adding
from bot.chat.background import attended
from bot.chat.channel_pages import (
    SEARCH,
    One,
    Page,
    Wish,
    one_buttons,
    one_text,
    page_buttons,
    page_text,
    shortened,
)
from bot.chat.feature import Feature
from bot.chat.replies import message_of, replace

if TYPE_CHECKING:
    from aiogram import Bot
    from aiogram.fsm.context import FSMContext
    from aiogram.types import CallbackQuery, InlineKeyboardMarkup, Message
    from aiogram.utils.callback_answer import CallbackAnswer

    from actors import Channel
    from bot.chat.tasks import Tasks
    from bot.chat.visit import Visit

WORDS: Final = F.text & ~F.text.startswith("/")
"""A text that is no command."""


class Asked(StatesGroup):
    """What the next text answers."""

    word = State()


async def channels(message: Message, visit: Visit) -> None:
    """Show the first page."""
    text, keyboard = await _page(visit, Page())
    await message.answer(text, reply_markup=keyboard)


async def turn(query: CallbackQuery, callback_data: Page, visit: Visit) -> None:
    """Show another page."""
    await replace(message_of(query), *await _page(visit, callback_data))


async def search(query: CallbackQuery, visit: Visit, state: FSMContext) -> None:
    """Ask for a word."""
    if (message := message_of(query)) is not None:
        await state.set_state(Asked.word)
        said = visit.texts.channels.type_a_word
        await message.answer(said, reply_markup=ForceReply())


async def searched(message: Message, visit: Visit, state: FSMContext) -> None:
    """Show the channels with a word."""
    await state.clear()
    text, keyboard = await _page(visit, Page(word=shortened(message.text or "")))
    await message.answer(text, reply_markup=keyboard)


async def one(query: CallbackQuery, callback_data: One, visit: Visit) -> None:
    """Show one channel."""
    back = Page(page=callback_data.page, word=callback_data.word)
    await replace(message_of(query), *await _one(visit, callback_data.channel, back))


async def wish(
    query: CallbackQuery,
    callback_data: Wish,
    visit: Visit,
    tasks: Tasks,
    bot: Bot,
    callback_answer: CallbackAnswer,
) -> None:
    """Follow a channel, which takes Telegram's word, or do not, which takes none."""
    if not callback_data.follow:
        await visit.user.unfollow(callback_data.channel)
        callback_answer.text = visit.texts.channels.unfollowed
        await _show(query, callback_data, visit)
        return

    async def follow() -> None:
        known = await _found(visit, callback_data.channel)
        if known is not None and known.state != "followed":
            await visit.user.follow(f"@{known.username}" if known.username else f"-100{known.id}")
        await _show(query, callback_data, visit)

    if not tasks.begin(visit.user.id, adding.KIND, attended(bot, visit, follow)):
        callback_answer.text = visit.texts.general.busy


async def _show(query: CallbackQuery, wished: Wish, visit: Visit) -> None:
    """Show again what a button was pressed in."""
    back = Page(page=wished.page, word=wished.word)
    shown = _page(visit, back) if wished.listed else _one(visit, wished.channel, back)
    await replace(message_of(query), *await shown)


async def _page(visit: Visit, page: Page) -> tuple[str, InlineKeyboardMarkup]:
    # By name, so that nothing moves under the finger when it is followed or not.
    known = sorted(await visit.user.channels(known=True), key=lambda each: each.title.casefold())
    limit = (await visit.user.limits()).channels if known else None
    return page_text(known, page, limit, visit), page_buttons(known, page, visit)


async def _one(visit: Visit, channel: int, back: Page) -> tuple[str, InlineKeyboardMarkup]:
    found = await _found(visit, channel)
    if found is None:
        _, keyboard = await _page(visit, back)
        return visit.texts.channels.gone, keyboard
    return one_text(found, visit), one_buttons(found, back, visit)


async def _found(visit: Visit, channel: int) -> Channel | None:
    known = await visit.user.channels(known=True)
    return next((each for each in known if each.id == channel), None)


def _router() -> Router:
    router = Router(name="channels")
    router.message.register(channels, Command("channels"))
    router.message.register(searched, StateFilter(Asked.word), WORDS)
    router.callback_query.register(turn, Page.filter())
    router.callback_query.register(search, F.data == SEARCH)
    router.callback_query.register(one, One.filter())
    router.callback_query.register(wish, Wish.filter())
    adding.register(router)
    return router


CHANNELS = Feature(router=_router, commands=("channels",))
