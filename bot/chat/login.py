"""Logging in: by QR code, by a code on the phone, with a two-step password."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from aiogram import F, Router
from aiogram.filters import Command, CommandObject, CommandStart, StateFilter
from aiogram.types import CallbackQuery, Message, ReplyKeyboardRemove
from aiogram.utils.callback_answer import CallbackAnswer

from actors.phone import normalised
from bot import texts
from bot.chat import login_buttons
from bot.chat.feature import Feature
from bot.chat.keypad import KEYS, RESEND, Key
from bot.chat.login_buttons import Way
from bot.chat.login_desk import AtDesk
from bot.chat.menu import LOG_IN
from bot.chat.moments import clock
from bot.chat.replies import message_of, remove, replace
from bot.chat.waiting import Awaiting, is_answer

if TYPE_CHECKING:
    from bot.chat.keypad import Keypad
    from bot.chat.login_desk import Desk
    from bot.chat.signing import Signing

DEEP: Final = "inv_"
"""How the payload of a link begins that brings an invite."""


async def log_in(_event: Message | CallbackQuery, desk: Desk) -> None:
    """Begin."""
    await desk.begin()


async def go(query: CallbackQuery, callback_data: Way, desk: Desk) -> None:
    """Go on the way that a button says."""
    match callback_data.to:
        case "qr":
            await desk.begin(invite=callback_data.invite)
        case "phone":
            await desk.ask_phone(callback_data.invite)
        case "page":
            await desk.open_page()
        case "cancel":
            said = desk.visit.texts
            ended = await desk.end()
            if not ended:
                await replace(message_of(query), await _over(desk))
            elif query.bot is not None:
                await query.bot.send_message(query.from_user.id, said.general.cancelled)


async def bring_invite(message: Message, command: CommandObject, desk: Desk) -> None:
    """Take an invite down from the link that has led here."""
    invite = login_buttons.kept((command.args or "").removeprefix(DEEP))
    said = desk.visit.texts
    button = login_buttons.begin(said.general.begin, invite)
    await message.answer(f"{said.general.start}\n\n{said.login.invited}", reply_markup=button)


async def take_invite(message: Message, desk: Desk) -> None:
    """Begin with an invite that was typed, or sent as the link that brings it."""
    await desk.state.clear()
    await desk.begin(invite=login_buttons.kept((message.text or "").rpartition(DEEP)[2]))


async def take_phone(message: Message, desk: Desk) -> None:
    """Begin with a phone number, shared or typed; or do what else the keyboard offers."""
    said, general = desk.visit.texts.login, desk.visit.texts.general
    invite = str((await desk.state.get_data()).get("invite", ""))
    if message.text in {general.cancel, said.by_qr}:
        await desk.state.clear()
        chosen = general.cancelled if message.text == general.cancel else said.by_qr
        await message.answer(chosen, reply_markup=ReplyKeyboardRemove())
        if message.text == said.by_qr:
            await desk.begin(invite=invite)
        return
    shared = message.contact
    phone = normalised(shared.phone_number if shared else message.text or "")
    await desk.state.clear()
    await message.answer(said.number_taken, reply_markup=ReplyKeyboardRemove())
    await desk.begin(phone=phone, invite=invite)


async def take_key(
    query: CallbackQuery, callback_data: Key, callback_answer: CallbackAnswer, desk: Desk
) -> None:
    """Enter a digit; the last one sends the code off."""
    said, signing, key = desk.visit.texts.codes, desk.signing, callback_data.key
    pad = signing.keypad if signing else None
    of_this = pad is not None and pad.needed.generation == callback_data.generation
    if signing is None or pad is None or not of_this or key not in KEYS:
        callback_answer.text = said.over
        await remove(message_of(query))
        return
    if key == RESEND:
        callback_answer.text = _resent(signing, pad, desk)
        return
    code = pad.press(key)
    callback_answer.text = said.checking if code else pad.masked
    if code is not None:
        desk.prove_code(signing, code)
    desk.redraw(signing)


async def take_password(message: Message, desk: Desk) -> None:
    """Delete the message first, then have the password proven."""
    said, signing = desk.visit.texts.login, desk.signing
    gone = await remove(message)
    if signing is None or not desk.prove_password(signing, message.text or ""):
        await message.answer(said.two_step_late if gone else said.two_step_not_deleted)
        return
    await message.answer(said.two_step_checking if gone else said.two_step_not_deleted)


async def take_late_password(message: Message, desk: Desk) -> None:
    """Delete an answer to a question for a password that nobody asks any more."""
    said = desk.visit.texts.login
    gone = await remove(message)
    await message.answer(said.two_step_late if gone else said.two_step_not_deleted)


def is_late_password(message: Message) -> bool:
    """Whether a message answers the question for a password."""
    asked = message.reply_to_message
    if asked is None or asked.from_user is None or not asked.from_user.is_bot:
        return False
    heads = tuple(each.login.two_step_head for each in (texts.EN, texts.RU))
    wrong = tuple(each.login.two_step_wrong.split("{")[0] for each in (texts.EN, texts.RU))
    return (asked.text or "").startswith(heads + wrong)


def _resent(signing: Signing, pad: Keypad, desk: Desk) -> str:
    """Have another code sent if it may be; return what is said to that."""
    said, at = desk.visit.texts.codes, pad.needed.resend_at
    if at > datetime.now(UTC):
        return said.resend_at.format(at=clock(at, desk.visit.visitor.timezone))
    desk.resend(signing)
    return said.checking


async def _over(desk: Desk) -> str:
    """Say that a login goes on no more: by the account's state, which outlives restarts."""
    said = desk.visit.texts.login
    return said.already if (await desk.visit.user.status()).state == "READY" else said.over


def _router() -> Router:
    router = Router(name="login")
    at_desk = AtDesk()
    router.message.middleware(at_desk)
    router.callback_query.middleware(at_desk)
    by_link = CommandStart(deep_link=True, magic=F.args.startswith(DEEP))
    router.message.register(bring_invite, by_link)
    router.message.register(log_in, Command("login"))
    router.callback_query.register(log_in, F.data == LOG_IN)
    router.callback_query.register(go, Way.filter())
    router.callback_query.register(take_key, Key.filter())
    router.message.register(take_invite, StateFilter(Awaiting.invite), F.text, is_answer)
    shared = F.text | F.contact
    router.message.register(take_phone, StateFilter(Awaiting.phone), shared, is_answer)
    router.message.register(take_password, StateFilter(Awaiting.password), F.text, is_answer)
    router.message.register(take_late_password, is_late_password)
    return router


LOGIN = Feature(router=_router, commands=("login",))
"""Before the menu, whose /start takes no invites."""
