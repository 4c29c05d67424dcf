"""Searching in the chat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aiogram import F, Router
from aiogram.enums import ChatAction
from aiogram.filters import Command, StateFilter
from aiogram.filters.callback_data import CallbackData
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import ForceReply, InlineKeyboardButton, InlineKeyboardMarkup

from actors.inquiry import LONGEST
from bot.chat.background import attended
from bot.chat.bounds import PageNumber
from bot.chat.feature import Feature
from bot.chat.found_words import ON_A_PAGE, page_html
from bot.chat.kept import Kept
from bot.chat.menu import beginning, is_new
from bot.chat.replies import message_of, replace, send

if TYPE_CHECKING:
    from aiogram import Bot
    from aiogram.filters import CommandObject
    from aiogram.fsm.context import FSMContext
    from aiogram.types import CallbackQuery, Message
    from aiogram.utils.callback_answer import CallbackAnswer

    from bot.chat.tasks import Tasks
    from bot.chat.visit import Visit

KIND: Final = "search"
MOST_HITS: Final = 50


class Asked(StatesGroup):
    """What the next text answers."""

    query = State()


class Turn(CallbackData, prefix="sp"):
    """Another page of what was found for a query that is kept by this name."""

    kept: str
    page: PageNumber


class Finding:
    """Finds posts, and pages through them."""

    def __init__(self) -> None:
        self._kept = Kept()

    async def command(
        self,
        message: Message,
        command: CommandObject,
        visit: Visit,
        state: FSMContext,
        tasks: Tasks,
        bot: Bot,
    ) -> None:
        """Search for what stands behind the command, or ask for it."""
        await state.clear()
        if command.args:
            await self._begin(message, command.args, visit, tasks, bot)
            return
        await state.set_state(Asked.query)
        await message.answer(visit.texts.finding.what, reply_markup=ForceReply())

    async def answered(
        self, message: Message, visit: Visit, state: FSMContext, tasks: Tasks, bot: Bot
    ) -> None:
        """Search for what was asked for."""
        await state.clear()
        await self._begin(message, message.text or "", visit, tasks, bot)

    async def turn(
        self,
        query: CallbackQuery,
        callback_data: Turn,
        visit: Visit,
        tasks: Tasks,
        bot: Bot,
        callback_answer: CallbackAnswer,
    ) -> None:
        """Show another page."""
        sought = self._kept.of(visit.user.id, callback_data.kept)
        if sought is None:
            callback_answer.text = visit.texts.finding.old
            callback_answer.show_alert = True
            return

        async def show() -> None:
            page = await self._page(sought, callback_data.kept, callback_data.page, visit)
            await replace(message_of(query), *page)

        if not tasks.begin(visit.user.id, KIND, attended(bot, visit, show)):
            callback_answer.text = visit.texts.general.busy

    async def _begin(
        self, message: Message, sought: str, visit: Visit, tasks: Tasks, bot: Bot
    ) -> None:
        if len(sought) > LONGEST:
            said = visit.texts.finding.too_long
            await message.answer(said.format(number=len(sought), most=LONGEST))
            return

        async def show() -> None:
            await bot.send_chat_action(message.chat.id, ChatAction.TYPING)
            kept = self._kept.keep(visit.user.id, sought)
            await send(bot, message.chat.id, *await self._page(sought, kept, 0, visit))

        if not tasks.begin(visit.user.id, KIND, attended(bot, visit, show)):
            await message.answer(visit.texts.general.busy)

    async def _page(
        self, sought: str, kept: str, page: int, visit: Visit
    ) -> tuple[str, InlineKeyboardMarkup | None]:
        found = await visit.user.search(sought, limit=MOST_HITS)
        if not found.hits and await is_new(visit):
            return visit.texts.general.log_in_first, beginning(visit)
        pages = max(1, -(-len(found.hits) // ON_A_PAGE))
        page = min(page, pages - 1)
        html = page_html(found, page, visit.texts, visit.visitor.timezone)
        return html, _turning(kept, page, pages)


def _turning(kept: str, page: int, pages: int) -> InlineKeyboardMarkup | None:
    """Return buttons to the pages beside this one; None if it is the only one."""
    if pages == 1:
        return None
    around = [("‹", (page - 1) % pages), (f"{page + 1}/{pages}", page), ("›", (page + 1) % pages)]
    row = [
        InlineKeyboardButton(text=text, callback_data=Turn(kept=kept, page=to).pack())
        for text, to in around
    ]
    return InlineKeyboardMarkup(inline_keyboard=[row])


def _router() -> Router:
    router, finding = Router(name="finding"), Finding()
    words = F.text & ~F.text.startswith("/")
    router.message.register(finding.command, Command("search"))
    router.message.register(finding.answered, StateFilter(Asked.query), words)
    router.callback_query.register(finding.turn, Turn.filter())
    return router


FINDING = Feature(router=_router, commands=("search",))
