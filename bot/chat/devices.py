"""Where an account is logged in, and how that is ended elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aiogram import Bot, F
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup

from bot.chat.background import attended
from bot.chat.moments import moment
from bot.chat.replies import message_of, replace, safe

if TYPE_CHECKING:
    from aiogram import Router
    from aiogram.types import InaccessibleMessage, Message

    from actors import Authorisation
    from bot.chat.tasks import Tasks
    from bot.chat.visit import Visit

KIND: Final = "devices"
OPEN: Final = "devices"
MOST: Final = 20
LONGEST: Final = 30
"""Characters of a name on a button."""


class Device(CallbackData, prefix="dv"):
    """One session, which is to be ended."""

    id: int
    sure: bool = False


async def show(query: CallbackQuery, visit: Visit, tasks: Tasks, bot: Bot) -> None:
    """List the sessions, as Telegram knows them now."""
    message = message_of(query)
    work = attended(bot, visit, lambda: _list(message, visit))
    tasks.begin(visit.user.id, KIND, work)


async def end(
    query: CallbackQuery, callback_data: Device, visit: Visit, tasks: Tasks, bot: Bot
) -> None:
    """Ask whether a session is to be ended; end it if it is."""
    message = message_of(query)
    work = attended(bot, visit, lambda: _end(message, visit, callback_data))
    tasks.begin(visit.user.id, KIND, work)


async def _list(
    message: Message | InaccessibleMessage | None, visit: Visit, head: str | None = None
) -> None:
    said = visit.texts.settings
    found = (await visit.user.authorisations())[:MOST]
    lines = [*([head] if head else []), said.devices_head, *(_line(each, visit) for each in found)]
    rows = [
        [_button(said.end.format(device=each.device[:LONGEST]), Device(id=each.id))]
        for each in found
        if not each.this
    ]
    await replace(message, "\n".join(lines), InlineKeyboardMarkup(inline_keyboard=rows))


async def _end(message: Message | InaccessibleMessage | None, visit: Visit, device: Device) -> None:
    said = visit.texts.settings
    found = {each.id: each for each in await visit.user.authorisations() if not each.this}
    if (chosen := found.get(device.id)) is None:
        await _list(message, visit, said.gone)
    elif device.sure:
        await visit.user.end_authorisation(device.id)
        await _list(message, visit, said.ended)
    else:
        yes = _button(visit.texts.general.confirm, Device(id=device.id, sure=True))
        back = InlineKeyboardButton(text=visit.texts.general.back, callback_data=OPEN)
        html = said.end_sure.format(device=safe(chosen.device))
        await replace(message, html, InlineKeyboardMarkup(inline_keyboard=[[yes], [back]]))


def _line(each: Authorisation, visit: Visit) -> str:
    said = visit.texts.settings
    line = said.device.format(
        device=safe(each.device),
        app=safe(each.app),
        country=safe(each.country),
        active=moment(each.active_at, visit.visitor.timezone),
    )
    return f"{line} ({said.this})" if each.this else line


def _button(text: str, data: CallbackData) -> InlineKeyboardButton:
    return InlineKeyboardButton(text=text, callback_data=data.pack())


def register(router: Router) -> None:
    """Answer the buttons."""
    router.callback_query.register(show, F.data == OPEN)
    router.callback_query.register(end, Device.filter())
