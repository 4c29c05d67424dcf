"""Reading what is new, with its progress in one message."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

from bot.chat.background import attended, promised
from bot.chat.faults import REFUSALS
from bot.chat.feature import Feature
from bot.chat.live import Live, conclude
from bot.chat.moments import moment
from bot.chat.reasons import unread
from bot.chat.replies import message_of, replace, safe

if TYPE_CHECKING:
    from aiogram import Bot

    from actors import ParseProgress, ParseReport
    from bot.chat.tasks import Tasks
    from bot.chat.visit import Visit

KIND: Final = "parse"
STOP: Final = "parse-stop"
LOOK_SECONDS: Final = 3.0
"""How often it is looked whether Telegram lets the account wait."""
MOST_UNREAD: Final = 10


def begin(bot: Bot, visit: Visit, tasks: Tasks) -> bool:
    """Read what is new for a person, in the background; False if that goes on already.

    Its progress and its report are said in their chat.
    """
    return tasks.begin(visit.user.id, KIND, attended(bot, visit, lambda: _read(bot, visit)))


async def parse(message: Message, visit: Visit, tasks: Tasks, bot: Bot) -> None:
    """Begin to read what is new, or offer to stop what goes on."""
    if not begin(bot, visit, tasks):
        await message.answer(visit.texts.general.busy, reply_markup=stopping(visit))


async def stop(query: CallbackQuery, visit: Visit, tasks: Tasks) -> None:
    """End the reading that goes on; its message says so itself."""
    if not await tasks.cancel(visit.user.id, KIND):
        await replace(message_of(query), visit.texts.reading.nothing_runs)


async def _read(bot: Bot, visit: Visit) -> None:
    shown = _Shown(visit)
    begun = bot.send_message(visit.user.id, visit.texts.reading.begun, reply_markup=stopping(visit))
    async with promised(begun, visit, shown.stopped) as message:
        report = await _followed(visit, message, shown)
        await conclude(message, told(report, visit))


async def _followed(visit: Visit, message: Message, shown: _Shown) -> ParseReport:
    """Parse, and show how far it has come."""
    async with Live(message) as live:

        def moved(now: ParseProgress) -> None:
            shown.progress = now
            live.say(shown.html(), stopping(visit))

        async def look() -> None:
            while True:
                await asyncio.sleep(LOOK_SECONDS)
                with suppress(*REFUSALS):
                    shown.waits_until = (await visit.user.status()).flood_until
                    live.say(shown.html(), stopping(visit))

        looking = asyncio.create_task(look())
        try:
            return await visit.user.parse(progress=moved)
        finally:
            looking.cancel()


class _Shown:
    """How far a reading has come, in words."""

    def __init__(self, visit: Visit) -> None:
        self.progress: ParseProgress | None = None
        self.waits_until: datetime | None = None
        self._texts = visit.texts.reading
        self._timezone = visit.visitor.timezone

    def html(self) -> str:
        """Say where it is, and what it waits for."""
        lines = [self._where()]
        if self.waits_until is not None and self.waits_until > datetime.now(UTC):
            until = moment(self.waits_until, self._timezone)
            lines.append(self._texts.waiting.format(until=until))
        return "\n".join(lines)

    def stopped(self) -> str:
        """Say that somebody has ended it, and what stays."""
        if self.progress is None or not self.progress.added:
            return self._texts.stopped_before
        return self._texts.stopped.format(added=self._texts.new_posts(self.progress.added))

    def _where(self) -> str:
        now = self.progress
        if now is None:
            return self._texts.begun
        if now.settling:
            return self._texts.settling
        added = self._texts.new_posts(now.added)
        said = self._texts.progress.format(done=now.done, channels=now.channels, added=added)
        return f"{said}\n{self._texts.newest.format(channel=safe(now.channel))}"


def told(report: ParseReport, visit: Visit) -> str:
    """Say what a reading has brought, and what it has not."""
    texts, timezone = visit.texts.reading, visit.visitor.timezone
    if not report.channels and report.flood_until is None and not report.unread:
        return texts.nothing_followed
    channels = visit.texts.general.channels(report.channels)
    added = texts.new_posts(report.added)
    lines = [texts.report.format(added=added, channels=channels, took=f"{report.took:.1f}")]
    if report.edited or report.deleted:
        lines.append(texts.changed.format(edited=report.edited, deleted=report.deleted))
    if report.pending:
        lines.append(texts.pending.format(pending=report.pending))
    if report.flood_until is not None:
        lines.append(texts.flood.format(until=moment(report.flood_until, timezone)))
    if report.unread:
        lines.append(texts.unread)
        lines += [unread(each, visit.texts) for each in report.unread[:MOST_UNREAD]]
        if (more := len(report.unread) - MOST_UNREAD) > 0:
            lines.append(texts.more.format(number=more))
    return "\n".join(lines)


def stopping(visit: Visit) -> InlineKeyboardMarkup:
    """Return the button that ends a reading."""
    button = InlineKeyboardButton(text=visit.texts.reading.stop, callback_data=STOP)
    return InlineKeyboardMarkup(inline_keyboard=[[button]])


def _router() -> Router:
    router = Router(name="reading")
    router.message.register(parse, Command("parse"))
    router.callback_query.register(stop, F.data == STOP)
    return router


READING = Feature(router=_router, commands=("parse",))
