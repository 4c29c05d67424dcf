"""What the bot says of digests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from bot.texts import plurals


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestingTexts:
    """HTML as Telegram takes it; {names} are filled in with escaped text."""

    menu: str
    planned: str
    not_planned: str
    day: str
    three_days: str
    week: str
    schedule: str
    making: str
    stopped: str
    head: str
    nothing: str
    other: str
    posts_of: str
    also: str
    left: str
    untagged: str
    cut: str
    scheduled_head: str
    # The schedule
    plan: str
    plan_off: str
    any_topic: str
    every_day: str
    at_another: str
    type_a_time: str
    no_time: str
    topics: str
    type_topics: str
    off: str
    is_off: str
    one_day_at_least: str
    lines: Callable[[int], str] = field(repr=False)
    weekdays: tuple[str, ...]


EN = DigestingTexts(
    menu="A digest of your channels: of what time?",
    planned="By schedule: {days} at {at} ({timezone}). Next: {next}.",
    not_planned="None comes by schedule.",
    day="Last day",
    three_days="3 days",
    week="Week",
    schedule="⏰ Schedule",
    making="Summing up…",
    stopped="Stopped.",
    head="<b>{posts}</b> from {since} to {until}",
    nothing="Nothing was published in your channels from {since} to {until}.",
    other="Other",
    posts_of="<b>{topic}</b> ({posts})",
    also="and {number} like it",
    left="… and {number} more",
    untagged="{posts} of these are not tagged yet.",
    cut="There were more: a digest takes in the newest.",
    scheduled_head="<b>Your digest</b>",
    plan=(
        "<b>Your digest comes</b> {days} at {at} ({timezone}).\n"
        "Topics: {topics}. Of each: {lines}.\nNext: {next}.\n\n"
        "/settings changes the time zone."
    ),
    plan_off="No digest comes by schedule. Choose a time ({timezone}), and one does.",
    any_topic="whatever was written of most",
    every_day="every day",
    at_another="Another time",
    type_a_time="Type a time, like 07:45.",
    no_time="That is no time of day. Type it like 07:45.",
    topics="Topics",
    type_topics="Type topics with commas between them, or – for whatever was written of most.",
    off="Turn off",
    is_off="No digest comes by schedule any more.",
    one_day_at_least="One day at least. To get none, turn it off.",
    lines=lambda number: plurals.en(number, "story", "stories"),
    weekdays=("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"),
)

RU = DigestingTexts(
    menu="Дайджест ваших каналов: за какое время?",
    planned="По расписанию: {days} в {at} ({timezone}). Следующий: {next}.",
    not_planned="По расписанию ничего не приходит.",
    day="За сутки",
    three_days="За 3 дня",
    week="За неделю",
    schedule="⏰ Расписание",
    making="Составляю…",
    stopped="Остановлено.",
    head="<b>{posts}</b> с {since} по {until}",
    nothing="С {since} по {until} в ваших каналах ничего не опубликовано.",
    other="Остальное",
    posts_of="<b>{topic}</b> ({posts})",
    also="и похожих: {number}",
    left="… и ещё {number}",
    untagged="Из них ещё без тегов: {posts}.",
    cut="Постов было больше: в дайджест вошли самые новые.",
    scheduled_head="<b>Ваш дайджест</b>",
    plan=(
        "<b>Дайджест приходит</b> {days} в {at} ({timezone}).\n"
        "Темы: {topics}. В каждой: {lines}.\nСледующий: {next}.\n\n"
        "Часовой пояс меняется в /settings."
    ),
    plan_off="По расписанию ничего не приходит. Выберите время ({timezone}), и дайджест придёт.",
    any_topic="о чём писали больше всего",
    every_day="каждый день",
    at_another="Другое время",
    type_a_time="Напишите время, например 07:45.",
    no_time="Это не время суток. Напишите, например, 07:45.",
    topics="Темы",
    type_topics="Напишите темы через запятую или – для того, о чём писали больше всего.",
    off="Выключить",
    is_off="Дайджест по расписанию больше не приходит.",
    one_day_at_least="Нужен хотя бы один день. Чтобы не приходило ничего, выключите.",
    lines=lambda number: plurals.ru(number, "новость", "новости", "новостей"),
    weekdays=("Пн", "Вт", "Ср", "Чт", "Пт", "Сб", "Вс"),
)
