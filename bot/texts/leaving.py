"""What the bot says to who leaves."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LeavingTexts:
    """HTML as Telegram takes it; {names} are filled in."""

    logout: str
    forget: str
    too_late: str
    kept: str
    leaving: str
    not_logged_in: str
    logged_out: str
    forgotten: str
    channels: str
    nothing_else: str


EN = LeavingTexts(
    logout=(
        "<b>Log out?</b> Your session ends at Telegram, and its record is destroyed. What was read "
        "is kept, and is here again after your next login."
    ),
    forget=(
        "<b>Delete everything about you?</b> Your session ends at Telegram. Your settings, your "
        "digests, what you follow, and all posts that nobody else here can see are deleted for "
        "good. Export them first if you want to keep them."
    ),
    too_late="That question is older than two minutes. Ask again, to be sure: /{command}",
    kept="Nothing was changed.",
    leaving="One moment: Telegram is told…",
    not_logged_in="You are not logged in.",
    logged_out="You are logged out, here and at Telegram. What was read is kept.",
    forgotten="Deleted for good:\n• your session, at Telegram too\n• your settings and digests",
    channels=(
        "• what you followed: {subscriptions}\n"
        "• of those, what nobody else follows: {channels}\n"
        "• their posts: {posts}"
    ),
    nothing_else="Nothing else was kept of you. Whoever writes to me again begins anew.",
)

RU = LeavingTexts(
    logout=(
        "<b>Выйти?</b> Ваш сеанс завершится в Telegram, его запись будет уничтожена. Прочитанное "
        "сохранится и будет здесь снова, когда вы войдёте."
    ),
    forget=(
        "<b>Удалить всё о вас?</b> Ваш сеанс завершится в Telegram. Ваши настройки, дайджесты, "
        "подписки и все посты, которых здесь больше никто не видит, удалятся навсегда. Если они "
        "вам нужны, сначала выгрузите их."
    ),
    too_late="Этому вопросу больше двух минут. Чтобы не ошибиться, спросите снова: /{command}",
    kept="Ничего не изменилось.",
    leaving="Минутку: сообщаю Telegram…",
    not_logged_in="Вы не вошли.",
    logged_out="Вы вышли, здесь и в Telegram. Прочитанное сохранено.",
    forgotten="Удалено навсегда:\n• ваш сеанс, и в Telegram тоже\n• ваши настройки и дайджесты",
    channels=(
        "• ваши подписки: {subscriptions}\n"
        "• из них те, кого больше никто не читает: {channels}\n"
        "• их посты: {posts}"
    ),
    nothing_else="Больше о вас ничего не хранится. Кто напишет снова, начнёт с начала.",
)
