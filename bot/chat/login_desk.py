"""Where one person's logins begin and end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from aiogram import BaseMiddleware
from aiogram.types import InlineKeyboardMarkup, TelegramObject

from bot.chat import login_buttons, reading
from bot.chat.background import attended
from bot.chat.signing import CLEAR_SECONDS, Signing
from bot.chat.waiting import Awaiting
from bot.login_address import page_address

if TYPE_CHECKING:
    from aiogram import Bot
    from aiogram.fsm.context import FSMContext

    from actors.house import House
    from bot.chat.tasks import Tasks
    from bot.chat.visit import Visit

KIND: Final = "login"
CODE, KEYPAD, PASSWORD = "code", "keypad", "password"
READY, EXPIRED = "READY", "EXPIRED"

Signings = dict[int, Signing]
"""The logins that go on, by person. In memory as logins themselves: after a restart none does."""


class Desk:
    """The login of whoever visits, at most one. On the bot's own loop only."""

    def __init__(
        self,
        signings: Signings,
        *,
        bot: Bot,
        visit: Visit,
        state: FSMContext,
        house: House,
        tasks: Tasks,
        public: str | None = None,
    ) -> None:
        """Describe it; `public` is where people's browsers find the login page."""
        self.visit = visit
        self.state = state
        self._signings = signings
        self._bot = bot
        self._house = house
        self._tasks = tasks
        self._public = public
        self._person = visit.user.id

    @property
    def signing(self) -> Signing | None:
        """The login that goes on."""
        return self._signings.get(self._person)

    async def begin(self, *, phone: str | None = None, invite: str = "") -> None:
        """Begin a login in the background, or say what is in its way."""
        if not await self._may(invite):
            return
        was = (await self.visit.user.status()).state
        signing = Signing(
            self._bot,
            self.visit,
            self.state,
            phone=phone,
            invite=invite,
            has_page=self._public is not None,
        )
        if self._tasks.begin(self._person, KIND, self._run(signing, was)):
            self._signings[self._person] = signing
            return
        cancel = login_buttons.cancel(self.visit.texts.general.cancel)
        await self._say(
            self.visit.texts.general.busy, InlineKeyboardMarkup(inline_keyboard=[[cancel]])
        )

    async def ask_phone(self, invite: str = "") -> None:
        """Ask for the number, instead of what was shown."""
        if not await self._may(invite):
            return
        await self.end()
        await self.state.set_state(Awaiting.phone)
        await self.state.set_data({"invite": invite})
        said = self.visit.texts
        keyboard = login_buttons.number(said.login, said.general.cancel)
        await self._bot.send_message(self._person, said.login.phone, reply_markup=keyboard)

    async def open_page(self) -> None:
        """Lead to the login page, which joins the login that goes on here, or begins one."""
        if self._public is None or not await self._may(""):
            return
        link = await self._house.login_link(self._person)
        said, url = self.visit.texts.login, page_address(self._public, link.text)
        await self._say(said.page, login_buttons.page(said.open_page, url))

    async def end(self) -> bool:
        """End the login that goes on, without a word; False if there is none."""
        signing = self.signing
        if signing is not None:
            signing.is_left = True
            if await self.visit.user.cancel_login():
                with suppress(TimeoutError):
                    await asyncio.wait_for(signing.cleared.wait(), CLEAR_SECONDS)
        return await self._tasks.cancel(self._person, KIND) or signing is not None

    def prove_code(self, signing: Signing, code: str) -> bool:
        """Have a code proven in the background; False if one is."""
        return self._tasks.begin(self._person, CODE, signing.prove_code(code))

    def resend(self, signing: Signing) -> bool:
        """Have another code sent; False while one is being proven."""
        return self._tasks.begin(self._person, CODE, signing.resend())

    def prove_password(self, signing: Signing, password: str) -> bool:
        """Have a password proven in the background; False if one is."""
        return self._tasks.begin(self._person, PASSWORD, signing.prove_password(password))

    def redraw(self, signing: Signing) -> None:
        """Have the keypad show what was entered, as soon as the Bot API's pace allows."""
        self._tasks.begin(self._person, KEYPAD, signing.redraw())

    async def _may(self, invite: str) -> bool:
        said = self.visit.texts.login
        if (await self.visit.user.status()).state == READY:
            await self._say(said.already)
            return False
        if not invite and await self._house.needs_invite(self._person):
            await self.state.set_state(Awaiting.invite)
            await self._say(said.invite)
            return False
        return True

    async def _run(self, signing: Signing, was: str) -> None:
        try:
            is_ready = await signing.run()
        finally:
            if self.signing is signing:
                del self._signings[self._person]
        if is_ready:
            await attended(self._bot, self.visit, lambda: self._welcome(was))

    async def _welcome(self, was: str) -> None:
        said, general = self.visit.texts.login, self.visit.texts.general
        await self._say(f"{said.done}\n{said.done_parse}")
        reading.begin(self._bot, self.visit, self._tasks)
        if was == EXPIRED:
            report = await self.visit.user.parse()  # joins that reading
            posts, channels = general.posts(report.added), general.channels(report.channels)
            await self._say(said.caught_up.format(posts=posts, channels=channels))

    async def _say(self, html: str, keyboard: InlineKeyboardMarkup | None = None) -> None:
        await self._bot.send_message(self._person, html, reply_markup=keyboard)


class AtDesk(BaseMiddleware):
    """Give handlers the desk of whoever visits."""

    def __init__(self) -> None:
        self._signings: Signings = {}

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        """Serve one update."""
        needed = {
            name: data[name] for name in ("bot", "visit", "state", "house", "tasks", "public")
        }
        data["desk"] = Desk(self._signings, **needed)
        return await handler(event, data)
