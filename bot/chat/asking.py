"""Questions in the chat, answered as the answer comes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aiogram import F, Router
from aiogram.filters import Command, StateFilter
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import ForceReply

from actors.inquiry import LONGEST
from bot.chat.answer_words import answer_html
from bot.chat.background import attended, promised
from bot.chat.feature import Feature
from bot.chat.live import Live, conclude
from bot.chat.menu import beginning, is_new
from bot.chat.moments import moment
from bot.chat.replies import safe
from storage.errors import UnknownAccount

if TYPE_CHECKING:
    from aiogram import Bot
    from aiogram.filters import CommandObject
    from aiogram.fsm.context import FSMContext
    from aiogram.types import Message

    from bot.chat.tasks import Tasks
    from bot.chat.visit import Visit

KIND: Final = "ask"


class Asked(StatesGroup):
    """What the next text answers."""

    question = State()


async def command(
    message: Message,
    command: CommandObject,
    visit: Visit,
    state: FSMContext,
    tasks: Tasks,
    bot: Bot,
) -> None:
    """Answer what stands behind the command, or ask for it."""
    await state.clear()
    if command.args:
        await _begin(message, command.args, visit, tasks, bot)
        return
    await state.set_state(Asked.question)
    await message.answer(visit.texts.asking.what, reply_markup=ForceReply())


async def answered(
    message: Message, visit: Visit, state: FSMContext, tasks: Tasks, bot: Bot
) -> None:
    """Answer the question that was asked for."""
    await state.clear()
    await _begin(message, message.text or "", visit, tasks, bot)


async def _begin(message: Message, question: str, visit: Visit, tasks: Tasks, bot: Bot) -> None:
    """Answer a question in the background, one at a time."""
    if len(question) > LONGEST:
        too_long = visit.texts.finding.too_long
        await message.answer(too_long.format(number=len(question), most=LONGEST))
        return
    work = attended(bot, visit, lambda: _answer(message, question, visit))
    if not tasks.begin(visit.user.id, KIND, work):
        await message.answer(visit.texts.general.busy)


async def _answer(message: Message, question: str, visit: Visit) -> None:
    """Answer a question if one may be asked: it counts once it is being answered."""
    try:
        until = await visit.user.take_question()
    except UnknownAccount:
        await message.answer(visit.texts.general.log_in_first, reply_markup=beginning(visit))
        return
    if until is not None:
        when = moment(until, visit.visitor.timezone)
        await message.answer(visit.texts.asking.no_more.format(until=when))
        return
    thinking = message.answer(visit.texts.asking.thinking)
    async with promised(thinking, visit, lambda: visit.texts.asking.stopped) as shown:
        async with Live(shown) as live:
            text = ""

            def grow(piece: str) -> None:
                nonlocal text
                text += piece
                if text.strip():
                    live.say(f"{safe(text)} …")

            answer = await visit.user.ask(question, progress=grow)
        if answer.manner == "nothing" and await is_new(visit):
            await conclude(shown, visit.texts.general.log_in_first, beginning(visit))
            return
        await conclude(shown, answer_html(answer, visit.texts, visit.visitor.timezone))


def _router() -> Router:
    router = Router(name="asking")
    words = F.text & ~F.text.startswith("/")
    router.message.register(command, Command("ask"))
    router.message.register(answered, StateFilter(Asked.question), words)
    return router


ASKING = Feature(router=_router, commands=("ask",))
