"""What happened and somebody has to be told, once.

Theory of operation. The database has each notice until it is marked, and it is marked when Telegram
has accepted the message. Whoever is killed in between sends it again: at least once. Who has
blocked the bot or is banned is not listed, so nothing of theirs stands in others' way.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from aiogram.exceptions import TelegramAPIError, TelegramBadRequest, TelegramForbiddenError

from bot import texts
from bot.chat import login_buttons
from bot.chat.faults import REFUSALS
from bot.chat.moments import moment
from bot.chat.replies import safe, send
from runtime.logs import get_logger

if TYPE_CHECKING:
    from aiogram import Bot

    from actors import Notice
    from actors.house import House
    from bot.texts import Texts

log = get_logger("bot")

LOOK_SECONDS: Final = 5.0
MOST: Final = 1000
"""Notices that are looked at in one round."""
DEAF_SECONDS: Final = 60.0
"""How long operators are sent nothing after a round in which none of them took anything: to whoever
has not begun with the bot nothing can be sent, and Telegram need not be asked all the time.
"""
UTC: Final = "UTC"


async def pump(
    house: House, bot: Bot, *, admins: frozenset[int] = frozenset(), look: float = LOOK_SECONDS
) -> None:
    """Tell what is to be told, on and on until cancelled; `admins` what concerns the operator."""
    deaf_until = 0.0
    while True:
        operators = admins if time.monotonic() >= deaf_until else frozenset[int]()
        try:
            if await tell(house, bot, operators) and operators:
                deaf_until = time.monotonic() + DEAF_SECONDS
        except REFUSALS as refused:
            log.warning("notices.refused", reason=type(refused).__name__)
        await asyncio.sleep(look)


async def tell(house: House, bot: Bot, admins: frozenset[int]) -> bool:
    """Tell once what was not told yet; what Telegram does not take is tried the next time.

    If one reaches no operator, no other is tried in this round; returns whether that was so.
    """
    is_deaf = False
    for notice in await house.tellable(limit=MOST):
        if notice.account is None and is_deaf:
            continue
        whom = admins if notice.account is None else {notice.account}
        took = [await _sent(house, bot, notice, each) for each in sorted(whom)]
        if any(took):
            await house.delivered(notice.id)
        elif notice.account is None:
            is_deaf = True
    return is_deaf


async def _sent(house: House, bot: Bot, notice: Notice, person: int) -> bool:
    """Whether a notice needs to be told to a person no more."""
    if notice.kind == "expired":
        try:
            if (await house.user(person).status()).state == "READY":
                return True  # they are back already
        except REFUSALS as refused:  # what is wrong with one account keeps nothing from others
            log.warning("notice.held", kind=notice.kind, reason=type(refused).__name__)
            return False
    visitor = await house.visitor(person)
    said = texts.of(visitor.language if visitor else "en")
    html = told(notice, said, visitor.timezone if visitor else UTC)
    is_expired = notice.kind == "expired"
    keyboard = login_buttons.begin(said.general.begin, "") if is_expired else None
    try:
        await send(bot, person, html, keyboard)
    except TelegramForbiddenError:
        return False  # they have left: it is not listed any more, but for the operator
    except TelegramBadRequest as refused:
        log.error("notice.unsendable", kind=notice.kind, why=refused.message)
        return notice.account is not None  # it would be refused for ever
    except TelegramAPIError as refused:
        log.warning("notice.unsent", kind=notice.kind, reason=type(refused).__name__)
        return False
    return True


def told(notice: Notice, said: Texts, timezone: str) -> str:
    """Say what has happened, and what to do."""
    data = notice.data
    sentences: Mapping[str, Callable[[], str]] = {
        "expired": lambda: said.notices.expired.format(reason=_text(data, "reason")),
        "unread": lambda: _unread(notice, said, timezone),
        "read_again": lambda: said.notices.read_again.format(
            title=_title(data),
            since=_time(data, "since", timezone),
            posts=said.general.posts(int(data.get("posts", 0))),
        ),
        "digest_missed": lambda: said.notices.digest_missed.format(
            due=_time(data, "due_at", timezone)
        ),
        "no_space": lambda: said.notices.no_space.format(
            free=_text(data, "free"), floor=_text(data, "floor")
        ),
        "space_again": lambda: said.notices.space_again.format(
            since=_time(data, "since", timezone)
        ),
    }
    if (sentence := sentences.get(notice.kind)) is not None:
        return sentence()
    rest = safe(json.dumps(dict(data), ensure_ascii=False))
    return said.notices.other.format(kind=safe(notice.kind), data=rest)


def _unread(notice: Notice, said: Texts, timezone: str) -> str:
    data, texts_ = notice.data, said.notices
    cause = texts_.causes.get(str(data.get("cause")), texts_.causes["other"])
    head = texts_.unread_for_all if notice.account is None else texts_.unread
    return head.format(
        title=_title(data),
        since=_time(data, "since", timezone),
        cause=cause.format(until=_time(data, "until", timezone)),
        why=_text(data, "why"),
    )


def _title(data: Mapping[str, Any]) -> str:
    return safe(str(data.get("title") or data.get("channel") or "?"))


def _text(data: Mapping[str, Any], name: str) -> str:
    return safe(str(data.get(name, "")))


def _time(data: Mapping[str, Any], name: str, timezone: str) -> str:
    """Say a time as Postgres writes it into JSON; whatever else is there, as it is."""
    try:
        return moment(datetime.fromisoformat(str(data.get(name))), timezone)
    except ValueError:
        return _text(data, name)
