"""The schedule of digests, in words and buttons."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING, Annotated, Final

from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup
from pydantic import Field

from bot.chat.moments import moment
from bot.chat.replies import safe
from storage.occurrences import WEEK

if TYPE_CHECKING:
    from bot.chat.visit import Visit
    from storage.bot_rows import DigestPlan

OPEN: Final = "dg-plan"
OFF: Final = "dg-off"
TOPICS: Final = "dg-topics"
OTHER_TIME: Final = "dg-time"

TIMES: Final = (time(7), time(8), time(9), time(12), time(18), time(21))
LINES: Final = (5, 10, 20)


class At(CallbackData, prefix="dt"):
    """Send digests at a time of the day."""

    hour: Annotated[int, Field(ge=0, le=23)]
    minute: Annotated[int, Field(ge=0, le=59)]


class Day(CallbackData, prefix="dd"):
    """Send digests on a day of the week, or do not; said as what shall be."""

    day: Annotated[int, Field(ge=1, le=7)]
    on: bool


class Lines(CallbackData, prefix="dl"):
    """Let a topic have so many stories."""

    lines: Annotated[int, Field(ge=1, le=50)]


def in_short(plan: DigestPlan, visit: Visit) -> str:
    """Say when digests come."""
    return visit.texts.digesting.planned.format(**_when(plan, visit))


def plan_text(plan: DigestPlan | None, visit: Visit) -> str:
    """Say when digests come, and of what."""
    said = visit.texts.digesting
    if plan is None:
        return said.plan_off.format(timezone=safe(visit.visitor.timezone))
    topics = ", ".join(safe(each) for each in plan.topics) or said.any_topic
    return said.plan.format(topics=topics, lines=said.lines(plan.lines), **_when(plan, visit))


def plan_buttons(plan: DigestPlan | None, visit: Visit) -> InlineKeyboardMarkup:
    """Return what a plan can be made to be; what it is has a mark."""
    said = visit.texts.digesting
    at = None if plan is None else plan.at
    times = [
        _button(_marked(f"{each:%H:%M}", each == at), At(hour=each.hour, minute=each.minute))
        for each in TIMES
    ]
    rows = [times[:3], times[3:], [_plain(said.at_another, OTHER_TIME)]]
    if plan is not None:
        days = [
            _button(_marked(name, day in plan.days), Day(day=day, on=day not in plan.days))
            for day, name in enumerate(said.weekdays, start=1)
        ]
        lines = [
            _button(_marked(said.lines(each), each == plan.lines), Lines(lines=each))
            for each in LINES
        ]
        rows += [days[:4], days[4:], lines, [_plain(said.topics, TOPICS), _plain(said.off, OFF)]]
    return InlineKeyboardMarkup(inline_keyboard=rows)


def _when(plan: DigestPlan, visit: Visit) -> dict[str, str]:
    said, timezone = visit.texts.digesting, visit.visitor.timezone
    days = ", ".join(said.weekdays[day - 1] for day in sorted(plan.days))
    return {
        "days": said.every_day if plan.days == WEEK else days,
        "at": f"{plan.at:%H:%M}",
        "timezone": safe(timezone),
        "next": moment(plan.next_at, timezone),
    }


def _marked(text: str, is_chosen: bool) -> str:
    return f"✅ {text}" if is_chosen else text


def _button(text: str, data: CallbackData) -> InlineKeyboardButton:
    return InlineKeyboardButton(text=text, callback_data=data.pack())


def _plain(text: str, data: str) -> InlineKeyboardButton:
    return InlineKeyboardButton(text=text, callback_data=data)
