"""The people of the bot, as its operator sees them: lists, each by itself, bans, limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aiogram import F
from aiogram.filters import StateFilter
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import ForceReply

from bot.chat import admin_buttons, admin_words
from bot.chat.admin_data import KINDS, ON_A_PAGE, WORD_BYTES, Allow, Ban, Go, People, Somebody
from bot.chat.replies import message_of, replace, safe

if TYPE_CHECKING:
    from aiogram import Router
    from aiogram.fsm.context import FSMContext
    from aiogram.types import CallbackQuery, InlineKeyboardMarkup, Message
    from aiogram.utils.callback_answer import CallbackAnswer

    from actors.house import House
    from bot.chat.tasks import Tasks
    from bot.chat.visit import Visit
    from storage.bot_rows import VisitorRow

LONGEST_REASON: Final = 200
_MOST_PAGES: Final = 10_000


class Asked(StatesGroup):
    """What the operator's next text answers."""

    name = State()
    reason = State()


async def people(query: CallbackQuery, callback_data: People, visit: Visit, house: House) -> None:
    """Show a page of people."""
    await replace(message_of(query), *await _page(callback_data, visit, house))


async def search(query: CallbackQuery, visit: Visit, state: FSMContext) -> None:
    """Ask for a name."""
    if (message := message_of(query)) is not None:
        await state.set_state(Asked.name)
        await message.answer(visit.texts.admin.type_a_name, reply_markup=ForceReply())


async def searched(message: Message, visit: Visit, house: House, state: FSMContext) -> None:
    """Show who is called so; an id that nobody has written from can be banned all the same."""
    await state.clear()
    word = (message.text or "").strip()
    found = await house.visitors(query=word, limit=1)
    if not found and (account := _account(word)) is not None:
        text, keyboard = await _person(account, visit, house)
    else:
        text, keyboard = await _page(People(word=_shortened(word)), visit, house)
    await message.answer(text, reply_markup=keyboard)


async def person(query: CallbackQuery, callback_data: Somebody, visit: Visit, house: House) -> None:
    """Show one person."""
    await replace(message_of(query), *await _person(callback_data.account, visit, house))


async def ask_why(
    query: CallbackQuery,
    callback_data: Ban,
    visit: Visit,
    house: House,
    state: FSMContext,
    callback_answer: CallbackAnswer,
) -> None:
    """Ask for the reason of a ban."""
    account, texts = callback_data.account, visit.texts.admin
    if account == visit.user.id:
        callback_answer.text = texts.not_yourself
        callback_answer.show_alert = True
        return
    row = await _row(account, house)
    await state.set_state(Asked.reason)
    await state.set_data({"account": account})
    said = texts.why.format(name=safe((row and row.name) or str(account)))
    await replace(message_of(query), said, admin_buttons.without_reason(account, visit))


async def ban_for(
    message: Message, visit: Visit, house: House, state: FSMContext, tasks: Tasks
) -> None:
    """Ban somebody for the reason that was typed."""
    account = (await state.get_data()).get("account")
    await state.clear()
    if isinstance(account, int):
        reason = (message.text or "").strip()[:LONGEST_REASON]
        await _ban(account, reason, visit, house, tasks)
        text, keyboard = await _person(account, visit, house)
        await message.answer(text, reply_markup=keyboard)


async def ban(
    query: CallbackQuery,
    callback_data: Ban,
    visit: Visit,
    house: House,
    state: FSMContext,
    tasks: Tasks,
) -> None:
    """Ban somebody without a reason, or no more."""
    await state.clear()
    if callback_data.what == "lift":
        await house.unban(callback_data.account)
    else:
        await _ban(callback_data.account, "", visit, house, tasks)
    await replace(message_of(query), *await _person(callback_data.account, visit, house))


async def allow(query: CallbackQuery, callback_data: Allow, visit: Visit, house: House) -> None:
    """Set a limit, and leave the other as it is."""
    account, number = callback_data.account, callback_data.number or None
    now = await house.user(account).limits()
    channels, questions = now.channels, now.questions_per_day
    if callback_data.what == "channels":
        channels = number
    else:
        questions = number
    await house.set_limits(account, channels=channels, questions_per_day=questions)
    await replace(message_of(query), *await _person(account, visit, house))


async def _ban(account: int, reason: str, visit: Visit, house: House, tasks: Tasks) -> None:
    """Ban somebody else, after what goes on for them in the chat has ended in order."""
    if account != visit.user.id:
        await tasks.cancel(account)
        await house.ban(account, by=visit.user.id, reason=reason)


async def _page(shown: People, visit: Visit, house: House) -> tuple[str, InlineKeyboardMarkup]:
    page = min(max(shown.page, 0), _MOST_PAGES)
    kind = shown.kind if 0 <= shown.kind < len(KINDS) else 0
    shown = People(page=page, kind=kind, word=shown.word)
    found = await house.visitors(
        query=shown.word or None,
        state=KINDS[kind] or None,
        limit=ON_A_PAGE + 1,
        offset=page * ON_A_PAGE,
    )
    here, more = found[:ON_A_PAGE], len(found) > ON_A_PAGE
    keyboard = admin_buttons.people(here, shown, more=more, visit=visit)
    return admin_words.people(here, shown, visit), keyboard


async def _person(account: int, visit: Visit, house: House) -> tuple[str, InlineKeyboardMarkup]:
    row, limits = await _row(account, house), await house.user(account).limits()
    text = admin_words.person(account, row, limits, visit)
    return text, admin_buttons.person(account, row, limits, visit)


async def _row(account: int, house: House) -> VisitorRow | None:
    found = await house.visitors(query=str(account))
    return next((each for each in found if each.account == account), None)


def _account(word: str) -> int | None:
    is_id = word.isascii() and word.isdecimal() and 0 < int(word[:20]) < 2**63
    return int(word) if is_id and len(word) < 20 else None


def _shortened(word: str) -> str:
    """Make a searched word fit for a button."""
    plain = " ".join(word.replace("|", " ").split())
    return plain.encode()[:WORD_BYTES].decode(errors="ignore").strip()


def register(router: Router) -> None:
    """Listen to what concerns people."""
    words = F.text & ~F.text.startswith("/")
    router.callback_query.register(people, People.filter())
    router.callback_query.register(search, Go.filter(F.to == "search"))
    router.callback_query.register(person, Somebody.filter())
    router.callback_query.register(ask_why, Ban.filter(F.what == "ask"))
    router.callback_query.register(ban, Ban.filter())
    router.callback_query.register(allow, Allow.filter())
    router.message.register(searched, StateFilter(Asked.name), words)
    router.message.register(ban_for, StateFilter(Asked.reason), words)
