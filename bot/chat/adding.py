"""Following what a person names, links to, or forwards."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from aiogram import F, Router
from aiogram.filters import StateFilter
from aiogram.filters.callback_data import CallbackData
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup, MessageOriginChannel

from actors.folders import folder_name
from actors.links import link
from bot.chat.albums import Albums, answered
from bot.chat.background import attended, promised
from bot.chat.channel_pages import ADD
from bot.chat.replies import message_of, replace, safe

if TYPE_CHECKING:
    from aiogram import Bot
    from aiogram.fsm.context import FSMContext
    from aiogram.types import CallbackQuery, Message

    from bot.chat.tasks import Tasks
    from bot.chat.visit import Visit

KIND: Final = "follow"
NAMED: Final = re.compile(
    r"\s*(@[a-z]\w{2,31}|(https?://)?(\S+\.)?(t|telegram)\.(me|dog)/\S+)\s*", re.IGNORECASE
)
"""What is meant as a channel although nobody has asked for one."""
_FOLDER: Final = re.compile(r"\s*папка\s*:", re.IGNORECASE)


class Adding(StatesGroup):
    """What the next text answers."""

    what = State()


class LeaveFolder(CallbackData, prefix="cf"):
    """Follow a folder no more."""

    folder: int


async def ask(query: CallbackQuery, visit: Visit, state: FSMContext) -> None:
    """Say what can be followed, and how."""
    message, texts = message_of(query), visit.texts.channels
    if message is None:
        return
    await state.set_state(Adding.what)
    folders = await visit.user.folders()
    text, rows = texts.how_to_add, []
    if folders:
        names = ", ".join(safe(each.title) for each in folders)
        text = f"{text}\n\n{texts.folders.format(names=names)}"
        rows = [
            [
                InlineKeyboardButton(
                    text=texts.leave_folder.format(title=each.title),
                    callback_data=LeaveFolder(folder=each.id).pack(),
                )
            ]
            for each in folders
        ]
    await message.answer(text, reply_markup=InlineKeyboardMarkup(inline_keyboard=rows))


async def leave_folder(query: CallbackQuery, callback_data: LeaveFolder, visit: Visit) -> None:
    """Follow a folder no more."""
    for each in await visit.user.folders():
        if each.id == callback_data.folder:
            await visit.user.unfollow(f"folder:{each.title}")
    await replace(message_of(query), visit.texts.channels.folder_left)


async def named(message: Message, visit: Visit, tasks: Tasks, bot: Bot, state: FSMContext) -> None:
    """Follow what a text names."""
    await state.clear()
    what = _FOLDER.sub("folder:", message.text or "").strip()
    if folder_name(what) is None and link(what) is None:
        await message.answer(visit.texts.channels.not_a_channel)
        return
    await _begin(message, what, visit, tasks, bot)


async def forwarded(
    message: Message, visit: Visit, tasks: Tasks, bot: Bot, state: FSMContext
) -> None:
    """Follow the channel that a post was forwarded from."""
    await state.clear()
    match message.forward_origin:
        case MessageOriginChannel(chat=chat):
            what = f"@{chat.username}" if chat.username else str(chat.id)
            await _begin(message, what, visit, tasks, bot)


async def _begin(message: Message, what: str, visit: Visit, tasks: Tasks, bot: Bot) -> None:
    async def follow() -> None:
        looking = message.answer(visit.texts.channels.looking)
        async with promised(looking, visit, lambda: visit.texts.general.cancelled) as answer:
            await replace(answer, await _followed(visit, what))

    if not tasks.begin(visit.user.id, KIND, attended(bot, visit, follow)):
        await message.answer(visit.texts.general.busy)


async def _followed(visit: Visit, what: str) -> str:
    """Follow something, and say what it was."""
    followed = await visit.user.follow(what)
    if folder_name(what) is not None:
        return visit.texts.channels.folder_followed
    titles = {each.id: each.title for each in await visit.user.channels()}
    return visit.texts.channels.followed.format(title=safe(titles.get(followed, what)))


def register(router: Router) -> None:
    """Listen to what names a channel."""
    words = F.text & ~F.text.startswith("/")
    from_channel = F.forward_origin.type == "channel"
    router.message.register(answered, Albums().goes_on)
    router.message.register(forwarded, from_channel)
    router.message.register(named, StateFilter(Adding.what), words)
    router.message.register(named, StateFilter(None), F.text.regexp(NAMED, mode="fullmatch"))
    router.callback_query.register(ask, F.data == ADD)
    router.callback_query.register(leave_folder, LeaveFolder.filter())
