"""The beginning, the help, and the way out of everything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiogram import F, Router
from aiogram.enums import ChatMemberStatus
from aiogram.filters import Command, CommandStart
from aiogram.fsm.context import FSMContext
from aiogram.types import (
    CallbackQuery,
    ChatMemberUpdated,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Message,
)

from bot.chat.feature import Feature
from bot.chat.replies import message_of
from bot.texts.commands import COMMANDS

if TYPE_CHECKING:
    from actors.house import House
    from bot.chat.tasks import Tasks
    from bot.chat.visit import Visit

LOG_IN = "login"
"""What the button says that begins a login."""


async def start(message: Message, visit: Visit) -> None:
    """Say what this is."""
    await message.answer(visit.texts.general.start, reply_markup=beginning(visit))


async def help_(message: Message, visit: Visit, commands: tuple[str, ...]) -> None:
    """List exactly what works."""
    await message.answer(listed(visit, commands))


async def cancel(message: Message, visit: Visit, state: FSMContext, tasks: Tasks) -> None:
    """End what waits for an answer, and what runs."""
    waiting = await state.get_state() is not None
    await state.clear()
    running = await tasks.cancel(visit.user.id)
    said = visit.texts.general
    await message.answer(said.cancelled if waiting or running else said.nothing_to_cancel)


async def left(change: ChatMemberUpdated, house: House) -> None:
    """Keep in mind who has blocked the bot; whoever writes again has unblocked it."""
    if change.new_chat_member.status == ChatMemberStatus.KICKED:
        await house.blocked(change.from_user.id)


async def stale(query: CallbackQuery, visit: Visit, commands: tuple[str, ...]) -> None:
    """Explain a button that nothing listens to any more."""
    said = visit.texts.general.stale
    if (message := message_of(query)) is not None and message.bot is not None:
        text = f"{said}\n\n{listed(visit, commands)}"
        await message.bot.send_message(message.chat.id, text)


async def unknown(message: Message, visit: Visit) -> None:
    """Say that something was not understood."""
    await message.answer(visit.texts.general.unknown)


async def is_new(visit: Visit) -> bool:
    """Whether somebody never logged in, so that nothing can be found for them."""
    return (await visit.user.status()).state == "NEW"


def beginning(visit: Visit) -> InlineKeyboardMarkup:
    """Return the one button with which all begins."""
    button = InlineKeyboardButton(text=visit.texts.general.begin, callback_data=LOG_IN)
    return InlineKeyboardMarkup(inline_keyboard=[[button]])


def listed(visit: Visit, commands: tuple[str, ...]) -> str:
    """List commands with what they do."""
    lines = [
        f"/{name} – {described[visit.texts.language]}"
        for name, described in COMMANDS.items()
        if name in commands and (name != "admin" or visit.is_admin)
    ]
    return "\n".join([visit.texts.general.help_head, *lines])


def _router() -> Router:
    router = Router(name="menu")
    router.message.register(start, CommandStart())
    router.message.register(help_, Command("help"))
    router.message.register(cancel, Command("cancel"))
    router.my_chat_member.register(left)
    return router


def _last() -> Router:
    router = Router(name="last")
    router.callback_query.register(stale)
    router.message.register(unknown, F.chat)
    return router


MENU = Feature(router=_router, commands=("start", "help", "cancel"))
LAST = Feature(router=_last)
"""What nobody else has understood: behind all others."""
