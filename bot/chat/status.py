"""How an account is doing."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

from actors.reasons import work_why
from bot.chat import reasons
from bot.chat.feature import Feature
from bot.chat.login_buttons import begin
from bot.chat.moments import clock, moment
from bot.chat.replies import message_of, replace, safe

if TYPE_CHECKING:
    from actors import Channel, Status
    from bot.chat.visit import Visit
    from storage.meaning_rows import Meaning, Waiting

REFRESH: Final = "status"
MOST: Final = 10
"""Reasons, and channels, that are listed."""
READY, EXPIRED = "READY", "EXPIRED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What is told of an account."""

    status: Status
    channels: tuple[Channel, ...]
    meaning: Meaning
    at: datetime


async def status(message: Message, visit: Visit) -> None:
    """Tell it."""
    condition = await _found(visit)
    await message.answer(told(condition, visit), reply_markup=buttons(condition, visit))


async def refresh(query: CallbackQuery, visit: Visit) -> None:
    """Tell it as it is now, in the same message."""
    condition = await _found(visit)
    await replace(message_of(query), told(condition, visit), buttons(condition, visit))


async def _found(visit: Visit) -> Condition:
    user = visit.user
    found, channels, meaning = await asyncio.gather(user.status(), user.channels(), user.meaning())
    return Condition(status=found, channels=channels, meaning=meaning, at=datetime.now(UTC))


def told(condition: Condition, visit: Visit) -> str:
    """Say it, in the person's language and time zone."""
    zone = visit.visitor.timezone
    lines = [
        *_account(condition, visit),
        *_readings(condition, visit),
        *_works(condition.meaning, visit),
        visit.texts.status.as_of.format(at=clock(condition.at, zone)),
    ]
    return "\n".join(lines)


def buttons(condition: Condition, visit: Visit) -> InlineKeyboardMarkup:
    """Return the button that tells it anew, and the one that helps."""
    again = InlineKeyboardButton(text=visit.texts.status.refresh, callback_data=REFRESH)
    rows = [[again]]
    if condition.status.state != READY:
        rows = [*begin(visit.texts.general.begin, "").inline_keyboard, *rows]
    return InlineKeyboardMarkup(inline_keyboard=rows)


def _account(condition: Condition, visit: Visit) -> list[str]:
    said, now = visit.texts.status, condition.status
    since = moment(now.since, visit.visitor.timezone)
    known = said.states.get(now.state)
    lines = [safe(now.state) if known is None else known.format(since=since)]
    if now.state == EXPIRED and now.reason is not None:
        lines.append(said.expired_why.format(reason=safe(now.reason)))
    if now.flood_until is not None and now.flood_until > condition.at:
        until = moment(now.flood_until, visit.visitor.timezone)
        lines.append(said.flood.format(until=until))
    return lines


def _readings(condition: Condition, visit: Visit) -> list[str]:
    said, zone, report = visit.texts.status, visit.visitor.timezone, condition.status.last_report
    channels = visit.texts.general.channels(len(condition.channels))
    lines = ["", said.follows.format(channels=channels)]
    if condition.status.parsing:
        lines.append(said.reading)
    if report is None:
        lines.append(said.never_read)
    else:
        at, took = moment(report.began_at, zone), f"{report.took:.1f}"
        lines.append(said.last.format(at=at, added=report.added, took=took))
    due = [each.due_at for each in condition.channels if each.due_at is not None]
    if due and condition.status.state == READY and not condition.status.parsing:
        first = min(due)
        is_due = first <= condition.at
        lines.append(said.due if is_due else said.next.format(at=moment(first, zone)))
    unread = () if report is None else report.unread
    if unread:
        lines.append(said.failed)
        lines += [reasons.unread(each, visit.texts) for each in unread[:MOST]]
    if len(unread) > MOST:
        lines.append(said.more.format(number=len(unread) - MOST))
    return lines


def _works(meaning: Meaning, visit: Visit) -> list[str]:
    said = visit.texts.status
    lines = ["", said.held.format(posts=said.posts(meaning.posts))]
    lines.append(said.meaning.format(tagged=meaning.tagged, indexed=meaning.indexed))
    if meaning.pending:
        lines.append(said.pending.format(pending=meaning.pending))
    return [*lines, *(_waiting(each, visit) for each in meaning.waiting[:MOST])]


def _waiting(each: Waiting, visit: Visit) -> str:
    said = visit.texts.status
    line = said.given_up if each.next_at is None else said.waits
    return line.format(
        what=said.what[each.kind],
        posts=said.posts(each.posts),
        reason=visit.texts.reasons.work[work_why(each)],
        at=moment(each.next_at, visit.visitor.timezone),
    )


def _router() -> Router:
    router = Router(name="status")
    router.message.register(status, Command("status"))
    router.callback_query.register(refresh, F.data == REFRESH)
    return router


STATUS = Feature(router=_router, commands=("status",))
