"""What the operator sees and does: /admin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiogram import F, Router
from aiogram.filters import Command

from bot.chat import admin_invites, admin_people, admin_words
from bot.chat.admin_buttons import home, screen
from bot.chat.admin_data import Go
from bot.chat.feature import Feature
from bot.chat.replies import message_of, replace

if TYPE_CHECKING:
    from aiogram.types import CallbackQuery, Message, TelegramObject

    from actors.house import House
    from bot.chat.visit import Visit


async def admin(message: Message, visit: Visit, house: House) -> None:
    """Show how the service is doing."""
    text = admin_words.home(await house.overview(), visit)
    await message.answer(text, reply_markup=home(visit))


async def again(query: CallbackQuery, visit: Visit, house: House) -> None:
    """Show that in place of another screen."""
    text = admin_words.home(await house.overview(), visit)
    await replace(message_of(query), text, home(visit))


async def machine(query: CallbackQuery, visit: Visit, house: House) -> None:
    """Show queues, workers and providers."""
    overview, workers = await house.overview(), await house.workers()
    text = admin_words.machine(overview, workers, await house.providers(), visit)
    await replace(message_of(query), text, screen("machine", visit))


async def unread(query: CallbackQuery, visit: Visit, house: House) -> None:
    """Show what is not read, and who has to wait."""
    untold = [each for each in await house.notices() if each.account is None]
    text = admin_words.unread(await house.overview(), untold, visit)
    await replace(message_of(query), text, screen("unread", visit))


async def is_admin(_: TelegramObject, visit: Visit) -> bool:
    """Whether somebody is an operator; to anybody else there is nothing of all this."""
    return visit.is_admin


def _router() -> Router:
    router = Router(name="admin")
    router.message.filter(is_admin)
    router.callback_query.filter(is_admin)
    router.message.register(admin, Command("admin"))
    router.callback_query.register(again, Go.filter(F.to == "home"))
    router.callback_query.register(machine, Go.filter(F.to == "machine"))
    router.callback_query.register(unread, Go.filter(F.to == "unread"))
    admin_people.register(router)
    admin_invites.register(router)
    return router


ADMIN = Feature(router=_router, commands=("admin",))
