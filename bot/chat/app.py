"""The bot from the first update to the last."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from aiogram import Bot, Dispatcher
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import PRODUCTION, TelegramAPIServer
from aiogram.enums import ParseMode
from aiogram.fsm.storage.memory import MemoryStorage
from aiogram.types import BotCommand, BotCommandScopeAllPrivateChats
from aiogram.utils.callback_answer import CallbackAnswerMiddleware

from bot.chat import faults
from bot.chat.admin import ADMIN
from bot.chat.arrivals import Arrivals
from bot.chat.asking import ASKING
from bot.chat.channels import CHANNELS
from bot.chat.codes import CODES
from bot.chat.digesting import DIGESTING
from bot.chat.exporting import EXPORTING
from bot.chat.finding import FINDING
from bot.chat.guard import Guard
from bot.chat.leaving import LEAVING
from bot.chat.login import LOGIN
from bot.chat.menu import LAST, MENU
from bot.chat.outgoing import Outgoing
from bot.chat.questions import Questions
from bot.chat.reading import READING
from bot.chat.settings import SETTINGS
from bot.chat.status import STATUS
from bot.chat.tasks import Tasks
from bot.chat.underway import Underway
from bot.texts.commands import COMMANDS

if TYPE_CHECKING:
    from actors.house import House
    from bot.chat.feature import Feature
    from bot.chat.pace import Pace

FEATURES: Final[tuple[Feature, ...]] = (
    CODES,
    LOGIN,
    MENU,
    ADMIN,
    READING,
    CHANNELS,
    FINDING,
    ASKING,
    DIGESTING,
    EXPORTING,
    STATUS,
    LEAVING,
    SETTINGS,
    LAST,
)
"""In the order in which they are asked whether an update is theirs."""

UPDATES: Final = ["message", "edited_message", "callback_query", "my_chat_member"]
AT_ONCE: Final = 100
"""Updates served side by side."""


class Chat:
    """A bot for one house. Made, run and closed on one loop."""

    def __init__(
        self,
        house: House,
        *,
        token: str,
        api: str | None = None,
        admins: frozenset[int],
        timezone: str = "UTC",
        public: str | None = None,
        pace: Pace | None = None,
    ) -> None:
        server = PRODUCTION if api is None else TelegramAPIServer.from_base(api)
        self.bot = Bot(
            token,
            session=AiohttpSession(api=server),
            default=DefaultBotProperties(parse_mode=ParseMode.HTML, link_preview_is_disabled=True),
        )
        self.bot.session.middleware(Outgoing(house.blocked, pace))
        self.tasks = Tasks()
        self._underway = Underway()
        self.commands = tuple(name for feature in FEATURES for name in feature.commands)
        self._dispatcher = self._made(house, admins, timezone, public)

    async def run(self) -> None:
        """Serve updates until cancelled; what runs for people is ended then."""
        try:
            await self._describe()
            await self._poll()
        finally:
            await self._underway.end()
            await self.tasks.end()
            await self.bot.session.close()

    async def _poll(self) -> None:
        polling = asyncio.create_task(
            self._dispatcher.start_polling(
                self.bot,
                allowed_updates=UPDATES,
                handle_signals=False,
                close_bot_session=False,
                tasks_concurrency_limit=AT_ONCE,
            )
        )
        try:
            await asyncio.shield(polling)
        finally:  # aiogram goes on to ask for updates when it is cancelled itself
            with suppress(RuntimeError):  # it has ended, or has not begun
                await self._dispatcher.stop_polling()
            polling.cancel()
            await asyncio.wait([polling])

    async def _describe(self) -> None:
        """Tell Telegram the commands, in both languages."""
        for language in ("en", "ru"):
            shown = [
                BotCommand(command=name, description=described[language])
                for name, described in COMMANDS.items()
                if name in self.commands and name != "admin"
            ]
            await self.bot.set_my_commands(
                shown,
                scope=BotCommandScopeAllPrivateChats(),
                language_code=None if language == "en" else language,
            )

    def _made(
        self, house: House, admins: frozenset[int], timezone: str, public: str | None
    ) -> Dispatcher:
        dispatcher = Dispatcher(
            storage=MemoryStorage(),
            house=house,
            tasks=self.tasks,
            commands=self.commands,
            public=public,
        )
        guard = Guard(visit=Arrivals(house, timezone).visit, user=house.user, admins=admins)
        dispatcher.update.outer_middleware(self._underway)
        dispatcher.update.outer_middleware(guard)
        for events in (dispatcher.message, dispatcher.callback_query):
            events.outer_middleware(Questions())
        dispatcher.callback_query.middleware(CallbackAnswerMiddleware())
        dispatcher.errors.register(faults.told)
        dispatcher.include_routers(*(feature.router() for feature in FEATURES))
        return dispatcher
