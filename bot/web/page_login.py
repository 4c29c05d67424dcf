"""One account's login on a page."""

from __future__ import annotations

import asyncio
import secrets
from contextlib import aclosing
from typing import TYPE_CHECKING, Final

from actors import CodeExpired, CodeNeeded, PasswordNeeded
from actors.phone import normalised
from bot.texts import Texts
from bot.web import problems
from bot.web.login_view import Fault, Newest, View, is_over, view
from bot.web.problems import Refused
from bot.web.streams import Signal
from runtime.logs import get_logger

if TYPE_CHECKING:
    from actors.people import User

log = get_logger("bot")

END_SECONDS: Final = 10.0
"""How long a login may take to end."""
_LATE: Final = "The time of this login is over. Ask for a new link, where this one came from."


class PageLogin:
    """Goes through a login, and through another if that comes to nothing, until its deadline.

    It joins a login that goes on for the account, as at the bot. A page that is closed does not end
    it: whoever looks for a code in Telegram's app may lose the page meanwhile. One loop only.
    """

    def __init__(self, user: User, *, within: float) -> None:
        """Describe it; `within` so many seconds all of it ends."""
        self.user = user
        self._until = asyncio.get_running_loop().time() + within
        self._newest: Newest = None
        self._number = 1
        self._signal = Signal()
        self._tasks: set[asyncio.Task[None]] = set()
        self._turn = asyncio.Lock()

    @property
    def left(self) -> float:
        """Seconds until its deadline."""
        return max(0.0, self._until - asyncio.get_running_loop().time())

    @property
    def is_over(self) -> bool:
        """Whether it goes on no more, unless another is begun."""
        return is_over(self._newest)

    def view(self, texts: Texts) -> View:
        """Return how it is."""
        return view(self._newest, number=self._number, account=self.user.id, texts=texts)

    async def changed(self, number: int, within: float) -> None:
        """Wait until it is another than the view of that number, or for so long."""
        if number == self._number:
            await self._signal.wait(within)

    def wake(self) -> None:
        """Let everybody who waits for a change look."""
        self._signal.give()

    async def begin(self, *, phone: str | None = None) -> None:
        """Show a QR code, or have a code sent to a number; what goes on changes its way.

        Raises `PhoneRefused` for what is no number.
        """
        number = None if phone is None else normalised(phone)
        async with self._turn:
            if not self.left:
                raise Refused(410, "LoginOver", _LATE)
            if isinstance(self._newest, PasswordNeeded):
                return
            if self.is_over or (number is None and isinstance(self._newest, CodeNeeded)):
                await self._end()
                self._show(None)
            self._follow(number)

    async def prove_code(self, code: str) -> None:
        """Pass a code on; one that has expired is followed by another."""
        try:
            await self.user.code(code)
        except CodeExpired:
            await self.user.resend_code()
            raise

    async def end(self) -> None:
        """End it, for all who joined it."""
        async with self._turn:
            await self._end()

    async def leave(self) -> None:
        """Go, without a word to those who joined it."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=END_SECONDS)

    async def _end(self) -> None:
        if self._tasks and not self.is_over:
            await self.user.cancel_login()
        if self._tasks:  # one that ends is joined by nobody
            await asyncio.wait(self._tasks, timeout=END_SECONDS)
        await self.leave()

    def _follow(self, phone: str | None) -> None:
        if self._tasks and phone is None:
            return
        task = asyncio.create_task(self._run(phone), name=f"login page {self.user.id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, phone: str | None) -> None:
        try:
            async with aclosing(self.user.login(phone=phone, within=self.left)) as steps:
                async for step in steps:
                    self._alone()
                    self._show(step)
        except problems.KINDS as refusal:
            self._show(refusal)
        except Exception as fault:
            reference = secrets.token_hex(4)
            log.error("login_page.failed", reference=reference, exc_info=fault)
            self._show(Fault(reference))

    def _alone(self) -> None:
        """Leave those that follow the same login: this one does, by now."""
        for task in self._tasks - {asyncio.current_task()}:
            task.cancel()

    def _show(self, newest: Newest) -> None:
        if newest != self._newest:
            self._newest = newest
            self._number += 1
            self._signal.give()
