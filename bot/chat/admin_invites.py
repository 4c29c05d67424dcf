"""The invites, as the operator makes and revokes them."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from aiogram import F

from bot.chat import admin_buttons, admin_words
from bot.chat.admin_data import ON_A_PAGE, Draft, Go, Invites, Revoke
from bot.chat.replies import message_of, replace, safe

if TYPE_CHECKING:
    from aiogram import Bot, Router
    from aiogram.types import CallbackQuery, InlineKeyboardMarkup
    from aiogram.utils.callback_answer import CallbackAnswer

    from actors.house import House
    from bot.chat.visit import Visit

MOST_MADE: Final = 1000
"""Drafts of which it is kept that they were made."""
MOST_DAYS: Final = 36_500
MOST: Final = 1_000_000


class Inviting:
    """Shows invites, and makes one of each draft: a second tap makes none."""

    def __init__(self) -> None:
        self._made: OrderedDict[str, None] = OrderedDict()

    async def list_(
        self, query: CallbackQuery, callback_data: Invites, visit: Visit, house: House
    ) -> None:
        """Show a page of the invites."""
        await replace(message_of(query), *await _page(callback_data.page, visit, house))

    async def begin(self, query: CallbackQuery, visit: Visit) -> None:
        """Show the first draft of an invite."""
        await _show(query, Draft(key=secrets.token_hex(4)), visit)

    async def draft(
        self,
        query: CallbackQuery,
        callback_data: Draft,
        visit: Visit,
        house: House,
        bot: Bot,
        callback_answer: CallbackAnswer,
    ) -> None:
        """Show what an invite would be, or make it."""
        if not callback_data.make:
            await _show(query, callback_data, visit)
        elif self._is_first(callback_data.key):
            try:
                text = await _made(callback_data, visit, house, bot)
            except BaseException:
                self._made.pop(callback_data.key, None)  # it may be tried again
                raise
            await replace(message_of(query), text, admin_buttons.back(Invites(), visit))
        else:
            callback_answer.text = visit.texts.admin.made_already

    async def revoke(
        self, query: CallbackQuery, callback_data: Revoke, visit: Visit, house: House
    ) -> None:
        """Ask whether surely; then let nobody in by an invite."""
        if callback_data.surely:
            await house.revoke_invite(callback_data.invite)
            await replace(message_of(query), *await _page(0, visit, house))
            return
        said = visit.texts.admin.surely.format(id=callback_data.invite)
        keyboard = admin_buttons.surely(callback_data.invite, visit)
        await replace(message_of(query), said, keyboard)

    def _is_first(self, key: str) -> bool:
        is_first = key not in self._made
        self._made[key] = None
        while len(self._made) > MOST_MADE:
            self._made.popitem(last=False)
        return is_first


async def _show(query: CallbackQuery, draft: Draft, visit: Visit) -> None:
    text = admin_words.draft(draft, visit)
    await replace(message_of(query), text, admin_buttons.draft(draft, visit))


async def _made(draft: Draft, visit: Visit, house: House, bot: Bot) -> str:
    """Make an invite, and say its code, which is kept nowhere."""
    uses, days = min(max(draft.uses, 1), MOST), min(max(draft.days, 0), MOST_DAYS)
    limits = {"channels": draft.channels, "questions": draft.questions}
    invite = await house.invite(
        uses=uses,
        expires_at=datetime.now(UTC) + timedelta(days=days) if days else None,
        limits={name: number for name, number in limits.items() if 0 < number <= MOST},
    )
    name = (await bot.me()).username or ""
    said = visit.texts.admin.made
    return said.format(id=invite.id, code=safe(invite.code), bot=safe(name))


async def _page(page: int, visit: Visit, house: House) -> tuple[str, InlineKeyboardMarkup]:
    newest = sorted(await house.invites(), key=lambda each: -each.id)
    page = min(max(page, 0), max(0, len(newest) - 1) // ON_A_PAGE)
    here = newest[page * ON_A_PAGE : (page + 1) * ON_A_PAGE]
    more = len(newest) > (page + 1) * ON_A_PAGE
    return admin_words.invites(here, visit), admin_buttons.invites(
        here, page, more=more, visit=visit
    )


def register(router: Router) -> None:
    """Listen to what concerns invites."""
    inviting = Inviting()
    router.callback_query.register(inviting.list_, Invites.filter())
    router.callback_query.register(inviting.begin, Go.filter(F.to == "draft"))
    router.callback_query.register(inviting.draft, Draft.filter())
    router.callback_query.register(inviting.revoke, Revoke.filter())
