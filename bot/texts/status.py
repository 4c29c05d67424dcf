"""What the bot says of an account's state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bot.texts import plurals


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusTexts:
    """HTML as Telegram takes it; {names} are filled in with escaped text."""

    states: Mapping[str, str]
    """By the state's name; {since} is when it began."""
    expired_why: str
    reading: str
    follows: str
    never_read: str
    last: str
    next: str
    due: str
    flood: str
    held: str
    meaning: str
    pending: str
    waits: str
    given_up: str
    what: Mapping[str, str]
    """Kinds of work on a post."""
    failed: str
    more: str
    refresh: str
    as_of: str
    posts: Callable[[int], str] = field(repr=False)


EN = StatusTexts(
    states={
        "READY": "✅ You are logged in, since {since}.",
        "EXPIRED": "⚠️ Telegram ended your session on {since}.",
        "LOGGED_OUT": "You logged out on {since}.",
        "NEW": "You are not logged in.",
        "QR_WAIT": "You are logging in: the code waits to be scanned.",
        "CODE_WAIT": "You are logging in: a code is awaited.",
        "PASSWORD_WAIT": "You are logging in: your two-step password is awaited.",
    },
    expired_why="Telegram's reason: {reason}. Nothing is lost: log in, and the rest is read.",
    reading="Your channels are being read now.",
    follows="You follow {channels}.",
    never_read="Nothing was read yet.",
    last="Last reading: {at}, {added} new, in {took} s.",
    next="Next reading: {at}.",
    due="The next reading is due.",
    flood="Telegram asks your account to wait until {until}. Nothing is lost by it.",
    held="Kept for you: {posts}.",
    meaning="Tagged {tagged}, found by meaning {indexed}.",
    pending="Still to be tagged or indexed: {pending}.",
    waits="• {what}, {posts}: {reason}; tried again {at}",
    given_up="• {what}, {posts}: {reason}; given up",
    what={"tag": "tags", "index": "index", "unindex": "index"},
    failed="Not read to the end:",
    more="… and {number} more.",
    refresh="Refresh",
    as_of="As of {at}.",
    posts=lambda number: plurals.en(number, "post", "posts"),
)

RU = StatusTexts(
    states={
        "READY": "✅ Вы вошли, с {since}.",
        "EXPIRED": "⚠️ Telegram завершил ваш сеанс {since}.",
        "LOGGED_OUT": "Вы вышли {since}.",
        "NEW": "Вы не вошли.",
        "QR_WAIT": "Вы входите: код ждёт сканирования.",
        "CODE_WAIT": "Вы входите: ожидается код.",
        "PASSWORD_WAIT": "Вы входите: ожидается облачный пароль.",
    },
    expired_why="Причина Telegram: {reason}. Ничего не пропало: войдите, и остальное прочитается.",
    reading="Ваши каналы читаются прямо сейчас.",
    follows="Вы читаете {channels}.",
    never_read="Ещё ничего не прочитано.",
    last="Последнее чтение: {at}, новых: {added}, за {took} с.",
    next="Следующее чтение: {at}.",
    due="Следующее чтение уже пора начать.",
    flood="Telegram просит ваш аккаунт подождать до {until}. Ничего не пропадёт.",
    held="Хранится для вас: {posts}.",
    meaning="С тегами {tagged}, находятся по смыслу {indexed}.",
    pending="Ещё ждут тегов или индекса: {pending}.",
    waits="• {what}, {posts}: {reason}; снова {at}",
    given_up="• {what}, {posts}: {reason}; больше не пробуем",
    what={"tag": "теги", "index": "индекс", "unindex": "индекс"},
    failed="Прочитано не до конца:",
    more="… и ещё {number}.",
    refresh="Обновить",
    as_of="На {at}.",
    posts=lambda number: plurals.ru(number, "пост", "поста", "постов"),
)
