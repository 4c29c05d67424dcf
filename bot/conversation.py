"""A login, as somebody goes through it who reads and types."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncGenerator, Awaitable
from datetime import UTC, datetime
from typing import Any, TypeAlias

from actors import (
    CodeExpired,
    CodeNeeded,
    Flooded,
    LoggedIn,
    LoginFailed,
    LoginStep,
    NoCodeWanted,
    NoOtherCode,
    NoPasswordWanted,
    PasswordNeeded,
    QrCode,
    SessionRevoked,
    TelegramUnreachable,
    WrongCode,
    WrongPassword,
)
from actors.entrance import Entrance
from bot.answers import Answers
from bot.qr_board import QrBoard
from bot.refusals import NothingToRead
from bot.screen import Screen
from bot.wording import exactly, line

Coming: TypeAlias = "asyncio.Future[LoginStep]"

_TICK = 1.0  # seconds
_SENT = {
    "app": "Telegram has sent a code to the Telegram app on your other devices.",
    "sms": "Telegram has sent a code by SMS.",
    "call": "Telegram is calling you: the code is spoken.",
    "flash_call": "Telegram is calling you: the code is in the number that calls; do not answer.",
    "missed_call": "Telegram is calling you: the code is the last digits of the number that calls.",
    "email": "Telegram has sent a code to the e-mail address of the account.",
    "fragment": "Telegram has sent a code to fragment.com, where the number was bought.",
}
_WAYS = {
    "app": "to the app",
    "sms": "by SMS",
    "call": "by a call",
    "flash_call": "by a call",
    "missed_call": "by a call",
    "email": "by e-mail",
    "fragment": "to fragment.com",
}


class Conversation:
    """What a login shows and asks, and the answers to it."""

    def __init__(self, screen: Screen, answers: Answers, person: Entrance) -> None:
        self._screen = screen
        self._answers = answers
        self._person = person

    async def lead(self, steps: AsyncGenerator[LoginStep, None]) -> LoggedIn | LoginFailed:
        """Take each step of a login; return the last.

        Raises `NothingToRead` when an answer is needed and standard input has ended.
        """
        with QrBoard(self._screen) as board:
            step = await anext(steps)
            while not isinstance(step, LoggedIn | LoginFailed):
                coming = asyncio.ensure_future(anext(steps))
                try:
                    await self._take(step, coming, board)
                    step = await coming
                finally:
                    await _settled(coming)
        return step

    async def _take(
        self, step: QrCode | CodeNeeded | PasswordNeeded, coming: Coming, board: QrBoard
    ) -> None:
        """Do what a step needs, at most until the next one has come."""
        if isinstance(step, QrCode):
            with self._answers.hidden():  # or keys that are hit would move what is drawn
                while not coming.done():
                    board.show(step)
                    await asyncio.wait({coming}, timeout=_TICK)
            return
        board.clear()
        if isinstance(step, CodeNeeded):
            await self._enter_code(step, coming)
        else:
            with self._answers.hidden():
                await self._enter_password(step, coming)

    async def _enter_code(self, needed: CodeNeeded, coming: Coming) -> None:
        self._screen.say(_SENT.get(needed.kind, "Telegram has sent a code."))
        self._screen.say("Enter it here only: a code typed into any chat is void within seconds.")
        if needed.next_kind is not None:
            way = _WAYS.get(needed.next_kind, "another way")
            self._screen.say(f"An empty line asks for another one, {way}{_later(needed)}.")
        prompt = f"Code ({needed.length} digits): " if needed.length else "Code: "
        while (typed := await self._answer("the login code", prompt, coming)) is not None:
            if typed.strip():
                if await self._goes_on(self._tried_code(typed)):
                    return
            elif (wait := _seconds_until(needed.resend_at)) > 0:
                self._screen.say(f"Another code may be asked for in {wait} s.")
            elif await self._goes_on(self._person.resend_code()):
                return

    async def _enter_password(self, needed: PasswordNeeded, coming: Coming) -> None:
        known = f"its hint: {line(needed.hint)}" if needed.hint else "it has no hint"
        self._screen.say(f"This account has a two-step password; {known}.")
        prompt = "Two-step password: "
        while (typed := await self._answer("the password", prompt, coming)) is not None:
            if await self._goes_on(self._person.password(typed)):
                return

    async def _tried_code(self, typed: str) -> None:
        try:
            await self._person.code(typed)
        except CodeExpired:
            self._screen.say("This code has expired; another one is being sent.")
            await self._person.resend_code()

    async def _goes_on(self, answer: Awaitable[None]) -> bool:
        """Whether the login goes on after an answer; what is wrong with that is told."""
        try:
            await answer
        except (WrongCode, WrongPassword) as wrong:
            self._screen.say(str(wrong))
            return wrong.left == 0
        except Flooded as flood:
            self._screen.say(f"Telegram takes no answer before {exactly(flood.until)}.")
            return False
        except (NoOtherCode, TelegramUnreachable) as refusal:
            self._screen.say(str(refusal))
            return False
        except (NoCodeWanted, NoPasswordWanted, SessionRevoked):
            pass  # the login has moved on or has ended, and its next step says so
        return True

    async def _answer(self, what: str, prompt: str, coming: Coming) -> str | None:
        """Return what is answered, or None if the login has moved on without."""
        asked = asyncio.ensure_future(self._answers.line(prompt))
        try:
            await asyncio.wait(_both(asked, coming), return_when=asyncio.FIRST_COMPLETED)
            if coming.done():
                return None
            answer = asked.result()
        finally:
            await _settled(asked)
        if answer is None:
            raise NothingToRead(what)
        return answer


def _both(*futures: asyncio.Future[Any]) -> tuple[asyncio.Future[Any], ...]:
    return futures


def _later(needed: CodeNeeded) -> str:
    wait = _seconds_until(needed.resend_at)
    return f", in {wait} s or later" if wait > 0 else ""


def _seconds_until(moment: datetime) -> int:
    return math.ceil((moment - datetime.now(UTC)).total_seconds())


async def _settled(future: asyncio.Future[Any]) -> None:
    """End what nobody waits for any more."""
    if not future.done():
        future.cancel()
        await asyncio.wait({future})
    if not future.cancelled():
        future.exception()  # seen: whoever leaves has something else to say
