"""One login as it goes on in a chat, from its first code to what came of it."""

from __future__ import annotations

import asyncio
from contextlib import aclosing, suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from aiogram.exceptions import TelegramAPIError, TelegramForbiddenError
from aiogram.types import ForceReply, InlineKeyboardMarkup, Message

from actors import (
    CodeExpired,
    CodeNeeded,
    LoggedIn,
    LoginFailed,
    NoCodeWanted,
    NoPasswordWanted,
    PasswordNeeded,
    QrCode,
    WrongCode,
    WrongPassword,
)
from actors.entrance import LOGIN_SECONDS
from bot.chat import faults, keypad, login_buttons
from bot.chat.moments import clock
from bot.chat.outcomes import INVITES, failed
from bot.chat.qr_picture import Picture
from bot.chat.replies import remove, safe
from bot.chat.waiting import Awaiting

if TYPE_CHECKING:
    from aiogram import Bot
    from aiogram.fsm.context import FSMContext

    from bot.chat.visit import Visit

CLEAR_SECONDS: Final = 6.0
"""How long what a login has shown may take to be taken away."""


class Signing:
    """Shows what a login asks for, and passes the answers on. On the bot's own loop only."""

    def __init__(
        self,
        bot: Bot,
        visit: Visit,
        state: FSMContext,
        *,
        phone: str | None,
        invite: str,
        has_page: bool = False,
    ) -> None:
        self.keypad: keypad.Keypad | None = None
        self.is_left = False
        """Whether the person goes on another way: then its end is not told."""
        self.cleared = asyncio.Event()
        """What it has shown is taken away."""
        self._bot = bot
        self._visit = visit
        self._said = visit.texts.login
        self._codes = visit.texts.codes
        self._state = state
        self._phone = phone
        self._invite = invite
        self._has_page = has_page and not invite  # a page knows of no invites
        self._until = datetime.now(UTC) + timedelta(seconds=LOGIN_SECONDS)
        self._picture = Picture(bot, visit.user.id)
        self._keys: Message | None = None
        self._note = ""
        self._shown = ""

    async def run(self) -> bool:
        """Go through the login, and say why if it comes to nothing; whether it did not.

        Raises nothing but its cancellation.
        """
        try:
            end = await self._ended()
        except TelegramForbiddenError:
            return False  # nobody is there to be told
        except Exception as error:  # noqa: BLE001  nobody waits for it: the person is told
            if isinstance(error, INVITES):
                self._invite = ""  # it would be refused the next time, too
            await self._tell(faults.said(error, self._visit))
            return False
        if isinstance(end, LoginFailed) and not self.is_left:
            await self._tell(failed(end, self._said, self._visit.visitor.timezone))
        return isinstance(end, LoggedIn)

    async def redraw(self) -> None:
        """Show what was entered of the code, until nothing more is."""
        while self._keys is not None and (html := self._code_html()) != self._shown:
            with suppress(TelegramAPIError):
                await self._keys.edit_text(html, reply_markup=self._key_buttons())
            self._shown = html

    async def prove_code(self, code: str) -> None:
        """Pass a code on, and show what was wrong with it."""
        user = self._visit.user
        try:
            await user.code(code)
        except WrongCode as wrong:
            self._note = self._codes.wrong.format(left=wrong.left)
        except CodeExpired:
            self._note = self._codes.expired
            await self.resend()
        except NoCodeWanted:
            return  # the login has moved on or has ended, and its next step says so
        except Exception as error:  # noqa: BLE001  nobody waits for it: the person is told
            self._note = faults.said(error, self._visit)
        await self.redraw()

    async def resend(self) -> None:
        """Have another code sent, or show why none is."""
        try:
            await self._visit.user.resend_code()
        except NoCodeWanted:
            return
        except Exception as error:  # noqa: BLE001  nobody waits for it: the person is told
            self._note = faults.said(error, self._visit)
            await self.redraw()

    async def prove_password(self, password: str) -> None:
        """Pass a password on, and say if it was wrong."""
        try:
            await self._visit.user.password(password)
        except WrongPassword as wrong:
            if wrong.left:
                await self._ask(self._said.two_step_wrong.format(left=wrong.left))
        except (NoPasswordWanted, TelegramForbiddenError):
            return  # there is nobody to be told, or nothing
        except Exception as error:  # noqa: BLE001  nobody waits for it: the person is told
            await self._tell(faults.said(error, self._visit), is_over=False)

    async def _ended(self) -> LoggedIn | LoginFailed:
        invite = self._invite or None
        try:
            steps = self._visit.user.login(phone=self._phone, within=LOGIN_SECONDS, invite=invite)
            async with aclosing(steps):
                async for step in steps:
                    if isinstance(step, LoggedIn | LoginFailed):
                        return step
                    await self._take(step)
            raise AssertionError("a login ends with its outcome")
        finally:
            with suppress(TimeoutError):
                async with asyncio.timeout(CLEAR_SECONDS):
                    await self._clear()
            self.cleared.set()

    async def _take(self, step: QrCode | CodeNeeded | PasswordNeeded) -> None:
        said = self._said
        match step:
            case QrCode():
                caption = said.qr.format(until=clock(self._until, self._visit.visitor.timezone))
                await self._picture.show(step.url, caption, self._qr_buttons())
            case CodeNeeded():
                await self._clear()
                self.keypad = keypad.Keypad(step)
                await self._state.set_state(Awaiting.code)
                self._shown = self._code_html()
                self._keys = await self._bot.send_message(
                    self._visit.user.id, self._shown, reply_markup=self._key_buttons()
                )
                await self.redraw()  # whoever sees it may have tapped already
            case PasswordNeeded():
                await self._clear()
                await self._state.set_state(Awaiting.password)
                hint = said.two_step_hint.format(hint=safe(step.hint)) if step.hint else ""
                await self._ask(said.two_step.format(head=said.two_step_head, hint=hint))

    async def _clear(self) -> None:
        """Take away what is of no use any more."""
        self.keypad, keys, self._keys, self._note = None, self._keys, None, ""
        if await self._state.get_state() in {Awaiting.code.state, Awaiting.password.state}:
            await self._state.set_state(None)
        await self._picture.remove()
        await remove(keys)

    async def _ask(self, html: str) -> None:
        await self._bot.send_message(self._visit.user.id, html, reply_markup=ForceReply())

    async def _tell(self, html: str, *, is_over: bool = True) -> None:
        markup = login_buttons.again(self._said, self._invite) if is_over else None
        with suppress(TelegramAPIError):
            await self._bot.send_message(self._visit.user.id, html, reply_markup=markup)

    def _code_html(self) -> str:
        if self.keypad is None:
            return self._shown
        sent = self._codes.sent.get(self.keypad.needed.kind, self._codes.sent["other"])
        html = self._codes.entry.format(sent=sent, digits=self.keypad.masked)
        return f"{html}\n\n{self._note}" if self._note else html

    def _qr_buttons(self) -> InlineKeyboardMarkup:
        cancel = self._visit.texts.general.cancel
        return login_buttons.qr(self._said, cancel, self._invite, has_page=self._has_page)

    def _key_buttons(self) -> InlineKeyboardMarkup | None:
        if self.keypad is None:
            return None
        cancel = login_buttons.cancel(self._visit.texts.general.cancel)
        keys = keypad.buttons(self.keypad.needed, self._codes, datetime.now(UTC))
        return InlineKeyboardMarkup(inline_keyboard=[*keys.inline_keyboard, [cancel]])
