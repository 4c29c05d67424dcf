"""The door of the bot: private chats, people who are not banned, one update at a time for each."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from aiogram import BaseMiddleware
from aiogram.dispatcher.middlewares.user_context import EventContext
from aiogram.enums import ChatType
from aiogram.exceptions import TelegramAPIError
from aiogram.types import CallbackQuery, ChatMemberUpdated, Message, TelegramObject, Update

from bot import texts
from bot.chat.faults import REFUSALS, in_words
from bot.chat.visit import Visit
from storage.bot_rows import Language, Visitor

if TYPE_CHECKING:
    from aiogram.types import User as TelegramUser

    from actors.people import User

Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]

LOCKS: Final = 10_000
"""People of whom it is kept whether an update is being served."""
WAITING: Final = 20
"""Updates of one person that wait for their turn; more are dropped: somebody plays with us."""
UNKNOWN_ZONE: Final = "UTC"
"""Of people who are not known, by whose time something is told."""


class Guard(BaseMiddleware):
    """Let an update in with its `Visit`, or tell politely why not.

    Updates of one person are served in their order, so that two taps are not two of anything.
    """

    def __init__(
        self,
        *,
        visit: Callable[[int, str, Language], Awaitable[Visitor]],
        user: Callable[[int], User],
        admins: frozenset[int],
    ) -> None:
        self._visit = visit
        self._user = user
        self._admins = admins
        self._turns: OrderedDict[int, _Turn] = OrderedDict()
        self._refusing: set[int] = set()

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        """Serve one update."""
        if not isinstance(event, Update):
            return await handler(event, data)
        context: EventContext = data["event_context"]
        person = context.user
        if person is None or person.is_bot:
            return None
        if context.chat is not None and context.chat.type != ChatType.PRIVATE:
            return await self._refuse(event, context.chat.id, _decline(event, person))
        turn = self._turn(person.id)
        if turn.waiting >= WAITING:
            slow = texts.of(texts.nearest(person.language_code)).general.slow
            return await self._refuse(event, person.id, _answer(event, slow))
        async with turn:
            return await self._serve(handler, event, data, person)

    async def _serve(
        self, handler: Handler, event: Update, data: dict[str, Any], person: TelegramUser
    ) -> Any:
        spoken = texts.nearest(person.language_code)
        try:
            visitor = await self._visit(person.id, person.full_name, spoken)
        except REFUSALS as refused:  # nobody knows who it is, but they wait for an answer
            return await _answer(event, in_words(refused, texts.of(spoken), UNKNOWN_ZONE))
        said = texts.of(visitor.language)
        if visitor.banned_at is not None:
            return await _answer(event, said.general.banned)
        data["visit"] = Visit(
            visitor=visitor,
            user=self._user(person.id),
            texts=said,
            is_admin=person.id in self._admins,
        )
        return await handler(event, data)

    async def _refuse(self, event: Update, chat: int, saying: Coroutine[Any, Any, None]) -> None:
        """Say why not, to one message of a chat at a time: whoever waits takes others' places."""
        if isinstance(event.event, CallbackQuery):
            return await saying
        if chat in self._refusing:
            return saying.close()
        self._refusing.add(chat)
        try:
            await saying
        finally:
            self._refusing.discard(chat)

    def _turn(self, person: int) -> _Turn:
        turn = self._turns.pop(person, None) or _Turn()
        self._turns[person] = turn
        while len(self._turns) > LOCKS and not next(iter(self._turns.values())).waiting:
            self._turns.popitem(last=False)
        return turn


class _Turn:
    """Lets one update in at a time, in their order."""

    def __init__(self) -> None:
        self.waiting = 0
        self._lock = asyncio.Lock()

    async def __aenter__(self) -> None:
        self.waiting += 1
        try:
            await self._lock.acquire()
        except BaseException:
            self.waiting -= 1
            raise

    async def __aexit__(self, *_: object) -> None:
        self.waiting -= 1
        self._lock.release()


async def _decline(event: Update, person: TelegramUser) -> None:
    """Say once that this is no place to talk: to a command in a group, and when brought into one.

    Other people's conversations are not commented on.
    """
    said = texts.of(texts.nearest(person.language_code)).general.private_only
    with suppress(TelegramAPIError):
        match event.event:
            case Message(text=str(text)) as message if text.startswith("/"):
                await message.answer(said)
            case CallbackQuery() as query:
                await query.answer(said, show_alert=True)
            case ChatMemberUpdated(bot=bot) as change if bot is not None:
                if change.new_chat_member.status in {"member", "administrator"}:
                    await bot.send_message(change.chat.id, said)


async def _answer(event: Update, said: str) -> None:
    with suppress(TelegramAPIError):
        match event.event:
            case Message() as message:
                await message.answer(said)
            case CallbackQuery() as query:
                await query.answer(said, show_alert=True)
