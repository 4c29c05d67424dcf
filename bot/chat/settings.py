"""What a person can choose: language, time zone, how often is read."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Literal
from zoneinfo import ZoneInfo, available_timezones

from aiogram import F, Router
from aiogram.filters import Command, StateFilter
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

from bot import texts
from bot.chat import devices
from bot.chat.feature import Feature
from bot.chat.menu import beginning
from bot.chat.replies import message_of, replace, safe
from bot.chat.waiting import Awaiting, is_answer
from storage.schedule import DEFAULT_SECONDS

if TYPE_CHECKING:
    from aiogram.fsm.context import FSMContext
    from aiogram.types import InaccessibleMessage

    from bot.chat.visit import Visit
    from bot.texts.settings import SettingsTexts
    from storage.bot_rows import LanguageChoice, Visitor

ZONES: Final = (
    "Europe/Kaliningrad", "Europe/Moscow", "Europe/Samara", "Asia/Yekaterinburg",
    "Asia/Novosibirsk", "Asia/Vladivostok", "Europe/Kyiv", "Europe/Minsk", "Asia/Almaty",
    "Asia/Tbilisi", "Europe/London", "Europe/Berlin", "America/New_York", "UTC",
)  # fmt: skip
"""Those of most readers; every other one is typed."""
IN_A_ROW: Final = 2
_MINUTE: Final = 60.0
CHOICES: Final[Mapping[str, LanguageChoice]] = {"ru": "ru", "en": "en", "spoken": "spoken"}

Screen = Literal["menu", "language", "timezone", "type", "interval"]


class Show(CallbackData, prefix="st"):
    """Shows a screen."""

    screen: Screen


class Choose(CallbackData, prefix="sc"):
    """Chooses a value."""

    what: Literal["language", "timezone", "interval"]
    value: str


async def settings(message: Message, visit: Visit) -> None:
    """Show what is chosen."""
    await message.answer(menu(visit.visitor), reply_markup=_menu_buttons(visit.visitor))


async def show(query: CallbackQuery, callback_data: Show, visit: Visit, state: FSMContext) -> None:
    """Show what can be chosen."""
    said, message = visit.texts.settings, message_of(query)
    match callback_data.screen:
        case "menu":
            await replace(message, menu(visit.visitor), _menu_buttons(visit.visitor))
        case "language":
            languages = {**said.languages, "spoken": said.spoken}
            await replace(message, said.language, _choices(visit, "language", languages))
        case "timezone":
            zones = {zone: zone for zone in ZONES}
            another = _button(said.timezone_type, Show(screen="type"))
            keyboard = _choices(visit, "timezone", zones, another)
            await replace(message, said.timezone_choose, keyboard)
        case "type":
            await state.set_state(Awaiting.timezone)
            await replace(message, said.timezone_typed)
        case "interval":
            keyboard = _choices(visit, "interval", said.intervals)
            await replace(message, said.interval_choose, keyboard)


async def choose(query: CallbackQuery, callback_data: Choose, visit: Visit) -> None:
    """Keep what was chosen."""
    said, value, message = visit.texts.settings, callback_data.value, message_of(query)
    match callback_data.what:
        case "language" if value in CHOICES:
            visitor = await visit.user.choose(language=CHOICES[value])
        case "timezone":
            visitor = await visit.user.choose(timezone=value)
        case "interval" if value in said.intervals:
            await _read_every(message, visit, value)
            return
        case _:
            visitor = visit.visitor  # forged
    await replace(message, menu(visitor), _menu_buttons(visitor))


async def take_timezone(message: Message, visit: Visit, state: FSMContext) -> None:
    """Keep the time zone that was typed; one that is not known may be typed again."""
    zone = await asyncio.to_thread(spelt, message.text or "")
    visitor = await visit.user.choose(timezone=zone)
    await state.set_state(None)
    await message.answer(menu(visitor), reply_markup=_menu_buttons(visitor))


def spelt(typed: str) -> str:
    """Return the name that the IANA has for a time zone typed somehow, or what was typed."""
    plain = "_".join(typed.split()).casefold()
    return next((zone for zone in available_timezones() if zone.casefold() == plain), typed.strip())


def menu(visitor: Visitor) -> str:
    """Say what is chosen, in the language that is."""
    said = texts.of(visitor.language).settings
    language = said.languages[visitor.language]
    if not visitor.language_chosen:
        language = said.as_telegram.format(language=language)
    now = f"{datetime.now(UTC).astimezone(ZoneInfo(visitor.timezone)):%H:%M}"
    lines = [said.menu.format(language=language, timezone=safe(visitor.timezone), now=now)]
    if visitor.read_every is not None:
        lines.append(said.reads.format(interval=_interval(visitor.read_every, said)))
    return "\n".join(lines)


def _interval(seconds: float, said: SettingsTexts) -> str:
    """Say how often is read; whoever has a program of theirs may have chosen any interval."""
    value = "0" if seconds == DEFAULT_SECONDS else f"{seconds:g}"
    if value in said.intervals:
        return said.intervals[value]
    if seconds < _MINUTE:
        return said.interval_seconds.format(seconds=f"{seconds:g}")
    return said.interval_other.format(minutes=f"{seconds / _MINUTE:.3g}")


async def _read_every(
    message: Message | InaccessibleMessage | None, visit: Visit, value: str
) -> None:
    said = visit.texts.settings
    if (await visit.user.status()).state == "NEW":
        await replace(message, visit.texts.general.log_in_first, beginning(visit))
        return
    await visit.user.read_every(float(value) or None)
    visitor = dataclasses.replace(visit.visitor, read_every=float(value) or DEFAULT_SECONDS)
    chosen = said.interval_chosen.format(interval=said.intervals[value])
    await replace(message, f"{menu(visitor)}\n\n{chosen}", _menu_buttons(visitor))


def _menu_buttons(visitor: Visitor) -> InlineKeyboardMarkup:
    said = texts.of(visitor.language).settings
    return InlineKeyboardMarkup(
        inline_keyboard=[
            [
                _button(said.language, Show(screen="language")),
                _button(said.timezone, Show(screen="timezone")),
            ],
            [_button(said.interval, Show(screen="interval"))],
            [InlineKeyboardButton(text=said.devices, callback_data=devices.OPEN)],
        ]
    )


def _choices(
    visit: Visit,
    what: Literal["language", "timezone", "interval"],
    values: Mapping[str, str],
    *more: InlineKeyboardButton,
) -> InlineKeyboardMarkup:
    buttons = [_button(text, Choose(what=what, value=value)) for value, text in values.items()]
    rows = [buttons[at : at + IN_A_ROW] for at in range(0, len(buttons), IN_A_ROW)]
    back = _button(visit.texts.general.back, Show(screen="menu"))
    return InlineKeyboardMarkup(inline_keyboard=[*rows, *([each] for each in more), [back]])


def _button(text: str, data: CallbackData) -> InlineKeyboardButton:
    return InlineKeyboardButton(text=text, callback_data=data.pack())


def _router() -> Router:
    router = Router(name="settings")
    router.message.register(settings, Command("settings"))
    router.message.register(take_timezone, StateFilter(Awaiting.timezone), F.text, is_answer)
    router.callback_query.register(show, Show.filter())
    router.callback_query.register(choose, Choose.filter())
    devices.register(router)
    return router


SETTINGS = Feature(router=_router, commands=("settings",))
