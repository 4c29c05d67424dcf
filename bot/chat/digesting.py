"""Digests in the chat: now, and those that are due by schedule."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Final

from aiogram import Router
from aiogram.exceptions import TelegramAPIError, TelegramForbiddenError
from aiogram.filters import Command
from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup
from pydantic import Field

from bot import texts
from bot.chat import planning
from bot.chat.background import attended, promised
from bot.chat.digest_words import digest_html
from bot.chat.faults import REFUSALS
from bot.chat.feature import Feature
from bot.chat.live import conclude
from bot.chat.menu import beginning, is_new
from bot.chat.plan_words import OPEN, in_short
from bot.chat.replies import message_of, send
from runtime.logs import get_logger

if TYPE_CHECKING:
    from aiogram import Bot
    from aiogram.types import CallbackQuery, Message
    from aiogram.utils.callback_answer import CallbackAnswer

    from actors.house import House
    from bot.chat.tasks import Tasks
    from bot.chat.visit import Visit
    from storage.bot_rows import DuePlan

log = get_logger("bot")

KIND: Final = "digest"
LOOK_SECONDS: Final = 15.0
"""How often it is looked which digests are due."""
AT_ONCE: Final = 4
"""Digests that are made side by side."""
DAY: Final = timedelta(days=1)


class Period(CallbackData, prefix="dn"):
    """Sum up so many days that end now."""

    days: Annotated[int, Field(ge=1, le=7)]


async def digest(message: Message, visit: Visit) -> None:
    """Offer a digest now, and the schedule."""
    said_, plan = visit.texts.digesting, await visit.user.digest_plan()
    periods = [(said_.day, 1), (said_.three_days, 3), (said_.week, 7)]
    rows = [
        [
            InlineKeyboardButton(text=text, callback_data=Period(days=days).pack())
            for text, days in periods
        ],
        [InlineKeyboardButton(text=said_.schedule, callback_data=OPEN)],
    ]
    planned = said_.not_planned if plan is None else in_short(plan, visit)
    await message.answer(
        f"{said_.menu}\n{planned}", reply_markup=InlineKeyboardMarkup(inline_keyboard=rows)
    )


async def now(
    query: CallbackQuery,
    callback_data: Period,
    visit: Visit,
    tasks: Tasks,
    bot: Bot,
    callback_answer: CallbackAnswer,
) -> None:
    """Sum up a period that ends now."""
    if message_of(query) is None:
        return
    period = timedelta(days=callback_data.days)
    work = attended(bot, visit, lambda: _make(bot, visit, period))
    if not tasks.begin(visit.user.id, KIND, work):
        callback_answer.text = visit.texts.general.busy


async def _make(bot: Bot, visit: Visit, period: timedelta) -> None:
    making = bot.send_message(visit.user.id, visit.texts.digesting.making)
    async with promised(making, visit, lambda: visit.texts.digesting.stopped) as shown:
        made = await visit.user.digest(period)
        if not made.posts and await is_new(visit):
            await conclude(shown, visit.texts.general.log_in_first, beginning(visit))
            return
        await conclude(shown, digest_html(made, visit.texts, visit.visitor.timezone))


async def pump(house: House, bot: Bot, *, look: float = LOOK_SECONDS) -> None:
    """Make and send the digests that are due, on and on until cancelled.

    One that could not be made or sent stays due, and is taken again when its lease is over.
    """
    while True:
        try:
            while due := await house.take_due_digests(limit=AT_ONCE):
                async with asyncio.TaskGroup() as group:
                    for each in due:
                        group.create_task(_attempt(house, bot, each))
        except REFUSALS as refused:
            log.warning("digests.refused", reason=type(refused).__name__)
        await asyncio.sleep(look)


async def _attempt(house: House, bot: Bot, due: DuePlan) -> None:
    """Deliver one digest; what keeps it from coming keeps no other."""
    try:
        await deliver(house, bot, due)
    except (*REFUSALS, TelegramAPIError) as refused:
        log.warning("digest.unsent", account=due.account, reason=type(refused).__name__)


async def deliver(house: House, bot: Bot, due: DuePlan) -> None:
    """Make and send one digest; whoever has blocked the bot has had theirs."""
    made = await house.user(due.account).digest(
        due.due_at - (due.since or due.due_at - DAY),
        until=due.due_at,
        topics=due.topics,
        channels=due.channels,
        lines=due.lines,
    )
    words = texts.of(due.language)
    html = f"{words.digesting.scheduled_head}\n{digest_html(made, words, due.timezone)}"
    try:
        await send(bot, due.account, html)
    except TelegramForbiddenError:
        log.info("digest.unwanted", account=due.account)
    await house.digest_sent(due)


def _router() -> Router:
    router = Router(name="digesting")
    router.message.register(digest, Command("digest"))
    router.callback_query.register(now, Period.filter())
    planning.register(router)
    return router


DIGESTING = Feature(router=_router, commands=("digest",))
