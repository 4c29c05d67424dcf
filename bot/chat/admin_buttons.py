"""The buttons of the operator's screens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, Literal

from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from bot.chat.admin_data import (
    CHANNELS,
    DAYS,
    KINDS,
    QUESTIONS,
    USES,
    Allow,
    Ban,
    Draft,
    Go,
    Invites,
    People,
    Revoke,
    Somebody,
)

if TYPE_CHECKING:
    from aiogram.filters.callback_data import CallbackData

    from actors import InviteRow
    from bot.chat.visit import Visit
    from storage.bot_rows import Limits, VisitorRow

_NAME: Final = 32


def button(text: str, data: CallbackData) -> InlineKeyboardButton:
    """Return a button."""
    return InlineKeyboardButton(text=text, callback_data=data.pack())


def home(visit: Visit) -> InlineKeyboardMarkup:
    """Return the way to every screen."""
    texts = visit.texts.admin
    return _rows(
        [button(texts.people, People()), button(texts.invites, Invites())],
        [button(texts.machine, Go(to="machine"))],
        [button(texts.unread, Go(to="unread"))],
        [button(texts.refresh, Go(to="home"))],
    )


def screen(to: Literal["machine", "unread"], visit: Visit) -> InlineKeyboardMarkup:
    """Return what stands under a screen that only tells."""
    back = button(visit.texts.general.back, Go(to="home"))
    return _rows([button(visit.texts.admin.refresh, Go(to=to))], [back])


def people(
    found: Sequence[VisitorRow], shown: People, *, more: bool, visit: Visit
) -> InlineKeyboardMarkup:
    """Return a page of people, the pages beside it, and the other kinds."""
    texts = visit.texts.admin
    rows = [[button(_person(each), Somebody(account=each.account))] for each in found]
    around = _around(shown.page, more, lambda page: shown.model_copy(update={"page": page}))
    kinds = [
        button(f"{'✓ ' if number == shown.kind else ''}{texts.kinds.get(kind, kind)}",
               People(kind=number, word=shown.word))
        for number, kind in enumerate(KINDS)
    ]  # fmt: skip
    last = [
        button(texts.search, Go(to="search")),
        button(visit.texts.general.back, Go(to="home")),
    ]
    return _rows(*rows, around, kinds[:3], kinds[3:], last)


def person(
    account: int, row: VisitorRow | None, limits: Limits, visit: Visit
) -> InlineKeyboardMarkup:
    """Return what can be done with a person."""
    texts = visit.texts.admin
    is_banned = row is not None and row.banned_at is not None
    ban = (texts.unban, "lift") if is_banned else (texts.ban, "ask")
    rows = [[button(ban[0], Ban.model_validate({"account": account, "what": ban[1]}))]]
    if row is not None and row.state is not None:
        rows += [
            [
                button(
                    _choice(text, number, now or 0, texts.as_invited),
                    Allow.model_validate({"account": account, "what": what, "number": number}),
                )
                for number in numbers
            ]
            for what, text, numbers, now in (
                ("channels", texts.channels_each, CHANNELS, limits.channels),
                ("questions", texts.questions_each, QUESTIONS, limits.questions_per_day),
            )
        ]
    return _rows(*rows, [button(visit.texts.general.back, People())])


def draft(shown: Draft, visit: Visit) -> InlineKeyboardMarkup:
    """Return what an invite can be, and the button that makes it."""
    texts = visit.texts.admin
    rows = [
        [
            button(
                _choice(text, number, getattr(shown, name), "∞"),
                shown.model_copy(update={name: number}),
            )
            for number in numbers
        ]
        for name, text, numbers in (
            ("uses", texts.uses, USES),
            ("days", texts.days, DAYS),
            ("channels", texts.channels_each, CHANNELS),
            ("questions", texts.questions_each, QUESTIONS),
        )
    ]
    make = button(texts.make, shown.model_copy(update={"make": True}))
    return _rows(*rows, [make], [button(visit.texts.general.back, Invites())])


def invites(
    found: Sequence[InviteRow], page: int, *, more: bool, visit: Visit
) -> InlineKeyboardMarkup:
    """Return the invites that can be revoked, the pages beside this one, and a new invite."""
    texts = visit.texts.admin
    living = [
        [button(texts.revoke.format(id=each.id), Revoke(invite=each.id, surely=False))]
        for each in found
        if each.revoked_at is None
    ]
    return _rows(
        *living,
        _around(page, more, lambda to: Invites(page=to)),
        [button(texts.new_invite, Go(to="draft"))],
        [button(visit.texts.general.back, Go(to="home"))],
    )


def surely(invite: int, visit: Visit) -> InlineKeyboardMarkup:
    """Return yes and no."""
    yes = button(visit.texts.general.confirm, Revoke(invite=invite, surely=True))
    return _rows([yes], [button(visit.texts.general.back, Invites())])


def without_reason(account: int, visit: Visit) -> InlineKeyboardMarkup:
    """Return the ways not to type a reason: none is needed, or there is no ban."""
    now = button(visit.texts.admin.without_reason, Ban(account=account, what="now"))
    return _rows([now], [button(visit.texts.general.back, Somebody(account=account))])


def back(to: CallbackData, visit: Visit) -> InlineKeyboardMarkup:
    """Return nothing but the way back."""
    return _rows([button(visit.texts.general.back, to)])


def _rows(*rows: list[InlineKeyboardButton]) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(inline_keyboard=[row for row in rows if row])


def _around(page: int, more: bool, to: Callable[[int], CallbackData]) -> list[InlineKeyboardButton]:
    """Return the ways to the pages beside one."""
    earlier = [button("‹", to(page - 1))] if page > 0 else []
    return [*earlier, *([button("›", to(page + 1))] if more else [])]


def _choice(text: str, number: int, now: int, none: str) -> str:
    mark = "✓ " if number == now else ""
    return text.format(mark=mark, number=number) if number else f"{mark}{none}"


def _person(row: VisitorRow) -> str:
    if row.banned_at is not None:
        mark = "🚫"
    elif row.blocked_at is not None:
        mark = "🔕"
    else:
        mark = {"READY": "✅", "EXPIRED": "⚠️"}.get(row.state or "", "▫️")
    return f"{mark} {(row.name or str(row.account))[:_NAME]}"
