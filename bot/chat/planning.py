"""The choice of when digests come, and of what."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import time
from typing import TYPE_CHECKING, Final

from aiogram import F
from aiogram.filters import StateFilter
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import ForceReply

from bot.chat.menu import beginning
from bot.chat.plan_words import (
    OFF,
    OPEN,
    OTHER_TIME,
    TOPICS,
    At,
    Day,
    Lines,
    plan_buttons,
    plan_text,
)
from bot.chat.replies import message_of, replace
from storage.errors import UnknownAccount
from storage.occurrences import WEEK

if TYPE_CHECKING:
    from aiogram import Router
    from aiogram.fsm.context import FSMContext
    from aiogram.types import CallbackQuery, Message
    from aiogram.utils.callback_answer import CallbackAnswer

    from bot.chat.visit import Visit
    from storage.bot_rows import DigestPlan

MOST_TOPICS: Final = 10
LONGEST_TOPIC: Final = 60
NINE: Final = time(9)
LINES: Final = 10
_TIME: Final = re.compile(r"\s*([01]?\d|2[0-3])[:. ]([0-5]\d)\s*")
_ANY: Final = {"-", "–", "—"}


class Typed(StatesGroup):
    """What the next text answers."""

    time = State()
    topics = State()


def time_of_day(text: str) -> time | None:
    """Read a time as people type it; None if it is none."""
    found = _TIME.fullmatch(text)
    return None if found is None else time(int(found[1]), int(found[2]))


def topics_of(text: str) -> tuple[str, ...]:
    """Read topics with commas between them, each once; a dash is none."""
    named = (" ".join(each.split()).casefold()[:LONGEST_TOPIC] for each in text.split(","))
    found = dict.fromkeys(each for each in named if each and each not in _ANY)
    return tuple(found)[:MOST_TOPICS]


async def show(query: CallbackQuery, visit: Visit) -> None:
    """Show the plan as it is."""
    plan = await visit.user.digest_plan()
    await replace(message_of(query), plan_text(plan, visit), plan_buttons(plan, visit))


async def at(query: CallbackQuery, callback_data: At, visit: Visit) -> None:
    """Choose the time."""
    chosen = time(callback_data.hour, callback_data.minute)
    await _shown(query, await _changed(visit, at=chosen), visit)


async def day(
    query: CallbackQuery, callback_data: Day, visit: Visit, callback_answer: CallbackAnswer
) -> None:
    """Choose a day, or not."""
    plan = await visit.user.digest_plan()
    days = WEEK if plan is None else plan.days
    chosen = days | {callback_data.day} if callback_data.on else days - {callback_data.day}
    if not chosen:
        callback_answer.text = visit.texts.digesting.one_day_at_least
        return
    await _shown(query, await _changed(visit, days=chosen), visit)


async def lines(query: CallbackQuery, callback_data: Lines, visit: Visit) -> None:
    """Choose the length."""
    await _shown(query, await _changed(visit, lines=callback_data.lines), visit)


async def off(query: CallbackQuery, visit: Visit) -> None:
    """Get none any more."""
    await visit.user.unplan_digest()
    await replace(message_of(query), visit.texts.digesting.is_off)


async def ask_time(query: CallbackQuery, visit: Visit, state: FSMContext) -> None:
    """Ask for a time."""
    await _ask(query, visit.texts.digesting.type_a_time, state, Typed.time)


async def ask_topics(query: CallbackQuery, visit: Visit, state: FSMContext) -> None:
    """Ask for topics."""
    await _ask(query, visit.texts.digesting.type_topics, state, Typed.topics)


async def typed_time(message: Message, visit: Visit, state: FSMContext) -> None:
    """Choose the time that was typed."""
    chosen = time_of_day(message.text or "")
    if chosen is None:
        await message.answer(visit.texts.digesting.no_time)
        return
    await state.clear()
    await _answered(message, await _changed(visit, at=chosen), visit)


async def typed_topics(message: Message, visit: Visit, state: FSMContext) -> None:
    """Choose the topics that were typed."""
    await state.clear()
    plan = await _changed(visit, topics=topics_of(message.text or ""))
    await _answered(message, plan, visit)


async def _ask(query: CallbackQuery, said: str, state: FSMContext, next_: State) -> None:
    if (message := message_of(query)) is not None:
        await state.set_state(next_)
        await message.answer(said, reply_markup=ForceReply())


async def _changed(
    visit: Visit,
    *,
    at: time | None = None,
    days: Iterable[int] | None = None,
    topics: tuple[str, ...] | None = None,
    lines: int | None = None,
) -> DigestPlan | None:
    """Change a part of the plan, which begins as every day at nine; None without an account."""
    now = await visit.user.digest_plan()
    try:
        return await visit.user.plan_digest(
            at or (NINE if now is None else now.at),
            days or (WEEK if now is None else now.days),
            topics=topics if topics is not None else (() if now is None else now.topics),
            lines=lines or (LINES if now is None else now.lines),
            channels=None if now is None else now.channels,
        )
    except UnknownAccount:
        return None


async def _shown(query: CallbackQuery, plan: DigestPlan | None, visit: Visit) -> None:
    """Show a plan as it has become; there is none without an account."""
    if plan is None:
        await replace(message_of(query), visit.texts.general.log_in_first, beginning(visit))
        return
    await replace(message_of(query), plan_text(plan, visit), plan_buttons(plan, visit))


async def _answered(message: Message, plan: DigestPlan | None, visit: Visit) -> None:
    if plan is None:
        await message.answer(visit.texts.general.log_in_first, reply_markup=beginning(visit))
        return
    await message.answer(plan_text(plan, visit), reply_markup=plan_buttons(plan, visit))


def register(router: Router) -> None:
    """Listen to what is chosen of the schedule."""
    words = F.text & ~F.text.startswith("/")
    router.callback_query.register(show, F.data == OPEN)
    router.callback_query.register(at, At.filter())
    router.callback_query.register(day, Day.filter())
    router.callback_query.register(lines, Lines.filter())
    router.callback_query.register(off, F.data == OFF)
    router.callback_query.register(ask_time, F.data == OTHER_TIME)
    router.callback_query.register(ask_topics, F.data == TOPICS)
    router.message.register(typed_time, StateFilter(Typed.time), words)
    router.message.register(typed_topics, StateFilter(Typed.topics), words)
