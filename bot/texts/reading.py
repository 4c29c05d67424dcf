"""What the bot says while it reads, and when it has read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from bot.texts import plurals


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingTexts:
    """HTML as Telegram takes it; {names} are filled in with escaped text."""

    begun: str
    progress: str
    newest: str
    settling: str
    waiting: str
    stop: str
    stopped: str
    stopped_before: str
    nothing_runs: str
    report: str
    changed: str
    pending: str
    unread: str
    more: str
    flood: str
    nothing_followed: str
    new_posts: Callable[[int], str] = field(repr=False)


EN = ReadingTexts(
    begun="Asking Telegram what is new in your channels…",
    progress="Reading: channel {done} of {channels}. {added} so far.",
    newest="Last: {channel}",
    settling="All is read. What is new is being tagged…",
    waiting="Telegram asks your account to wait until {until}. Nothing is lost by it.",
    stop="Stop",
    stopped="Stopped. {added} came in and are kept; the next /parse goes on from there.",
    stopped_before="Stopped before anything came in. The next /parse begins where the last ended.",
    nothing_runs="Nothing is being read any more. /parse reads what is new.",
    report="<b>Done: {added}</b> in {channels}, in {took} s.",
    changed="Changed: {edited}, deleted: {deleted}.",
    pending="Still to be tagged or indexed: {pending}.",
    unread="<b>Not read to the end</b>, to be gone on with by the next reading:",
    more="… and {number} more",
    flood="Telegram asks your account to wait until {until}.",
    nothing_followed="You follow no channels yet. /channels adds some.",
    new_posts=lambda number: plurals.en(number, "new post", "new posts"),
)

RU = ReadingTexts(
    begun="Спрашиваю у Telegram, что нового в ваших каналах…",
    progress="Читаю: канал {done} из {channels}. Пока {added}.",
    newest="Последний: {channel}",
    settling="Всё прочитано. Новое отмечается тегами…",
    waiting="Telegram просит ваш аккаунт подождать до {until}. Ничего не пропадёт.",
    stop="Остановить",
    stopped="Остановлено. Уже пришло и сохранено: {added}; следующий /parse продолжит отсюда.",
    stopped_before="Остановлено, пока ничего не пришло. Следующий /parse начнёт с того же места.",
    nothing_runs="Сейчас ничего не читается. Прочитать новое: /parse.",
    report="<b>Готово: {added}</b>, {channels}, {took} с.",
    changed="Изменено: {edited}, удалено: {deleted}.",
    pending="Ещё не отмечено тегами или не проиндексировано: {pending}.",
    unread="<b>Не дочитано</b>, продолжит следующее чтение:",
    more="… и ещё {number}",
    flood="Telegram просит ваш аккаунт подождать до {until}.",
    nothing_followed="У вас пока нет каналов. Добавить: /channels.",
    new_posts=lambda number: plurals.ru(number, "новый пост", "новых поста", "новых постов"),
)
