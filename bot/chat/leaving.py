"""Logging out, and being forgotten."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Literal

from aiogram import Bot, Router
from aiogram.filters import Command
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

from bot.chat.background import attended
from bot.chat.feature import Feature
from bot.chat.menu import beginning
from bot.chat.replies import message_of, replace

if TYPE_CHECKING:
    from aiogram.fsm.context import FSMContext

    from actors import Forgotten
    from bot.chat.tasks import Tasks
    from bot.chat.visit import Visit

KIND: Final = "leaving"
IN_TIME: Final = 120
"""Seconds for which a question may be confirmed: an old button must not end anything."""
READY, EXPIRED = "READY", "EXPIRED"

What = Literal["logout", "forget"]


class Leave(CallbackData, prefix="lv"):
    """An answer to the question, with when it was asked, in seconds since the epoch."""

    what: What
    at: int
    sure: bool


async def log_out(message: Message, visit: Visit) -> None:
    """Ask whether it is meant."""
    said = visit.texts.leaving
    if (await visit.user.status()).state not in {READY, EXPIRED}:
        await message.answer(said.not_logged_in, reply_markup=beginning(visit))
        return
    await message.answer(said.logout, reply_markup=asked("logout", visit, datetime.now(UTC)))


async def forget(message: Message, visit: Visit) -> None:
    """Ask whether it is meant."""
    keyboard = asked("forget", visit, datetime.now(UTC))
    await message.answer(visit.texts.leaving.forget, reply_markup=keyboard)


async def answer(
    query: CallbackQuery,
    callback_data: Leave,
    visit: Visit,
    state: FSMContext,
    tasks: Tasks,
    bot: Bot,
) -> None:
    """Do it, if the question is fresh and the answer is yes."""
    said, message = visit.texts.leaving, message_of(query)
    if not callback_data.sure:
        await replace(message, said.kept)
    elif not is_fresh(callback_data, datetime.now(UTC)):
        await replace(message, said.too_late.format(command=callback_data.what))
    elif not tasks.running(visit.user.id, KIND):
        await replace(message, said.leaving)
        await state.clear()
        await tasks.cancel(visit.user.id)  # what goes on for them would only fail
        leave = _forget if callback_data.what == "forget" else _log_out
        tasks.begin(visit.user.id, KIND, attended(bot, visit, lambda: leave(bot, visit)))


def is_fresh(asked_: Leave, now: datetime) -> bool:
    """Whether a question was asked in the last two minutes."""
    return abs(now.timestamp() - asked_.at) <= IN_TIME


def asked(what: What, visit: Visit, now: datetime) -> InlineKeyboardMarkup:
    """Return the answers to the question."""
    general, at = visit.texts.general, int(now.timestamp())
    answers = ((general.confirm, True), (general.cancel, False))
    row = [
        InlineKeyboardButton(text=text, callback_data=Leave(what=what, at=at, sure=sure).pack())
        for text, sure in answers
    ]
    return InlineKeyboardMarkup(inline_keyboard=[row])


async def _log_out(bot: Bot, visit: Visit) -> None:
    await visit.user.logout()
    said = visit.texts.leaving.logged_out
    await bot.send_message(visit.user.id, said, reply_markup=beginning(visit))


async def _forget(bot: Bot, visit: Visit) -> None:
    gone = await visit.user.forget()
    await bot.send_message(visit.user.id, listed(gone, visit))


def listed(gone: Forgotten, visit: Visit) -> str:
    """List what was deleted."""
    said = visit.texts.leaving
    numbers = said.channels.format(
        subscriptions=gone.subscriptions, channels=gone.channels, posts=gone.posts
    )
    return f"{said.forgotten}\n{numbers}\n\n{said.nothing_else}"


def _router() -> Router:
    router = Router(name="leaving")
    router.message.register(log_out, Command("logout"))
    router.message.register(forget, Command("forget"))
    router.callback_query.register(answer, Leave.filter())
    return router


LEAVING = Feature(router=_router, commands=("logout", "forget"))
