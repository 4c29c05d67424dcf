"""What the bot says of exports."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportingTexts:
    """HTML as Telegram takes it; {names} are filled in with escaped text."""

    what: str
    everything: str
    day: str
    week: str
    month: str
    one_channel: str
    which: str
    no_channels: str
    form: str
    writing: str
    written: str
    nothing: str
    done: str
    stopped: str
    gone: str


EN = ExportingTexts(
    what="Which of your posts shall be in the file?",
    everything="All",
    day="Last day",
    week="Last week",
    month="Last 30 days",
    one_channel="Of one channel…",
    which="Of which channel?",
    no_channels="You follow no channels yet. /channels adds some.",
    form="As what? JSON has all that is kept of a post, CSV opens in a spreadsheet.",
    writing="Writing the file…",
    written="Writing the file: {posts} so far…",
    nothing="There are no posts of that to write.",
    done="Here it is: {posts}.",
    stopped="Stopped.",
    gone="You do not follow this channel any more.",
)

RU = ExportingTexts(
    what="Какие из ваших постов записать в файл?",
    everything="Все",
    day="За сутки",
    week="За неделю",
    month="За 30 дней",
    one_channel="Одного канала…",
    which="Какого канала?",
    no_channels="У вас пока нет каналов. Добавить: /channels.",
    form="В каком виде? В JSON есть всё, что сохранено о посте, CSV открывается как таблица.",
    writing="Записываю файл…",
    written="Записываю файл: пока {posts}…",
    nothing="Таких постов нет, записывать нечего.",
    done="Вот файл: {posts}.",
    stopped="Остановлено.",
    gone="Этот канал вы больше не читаете.",
)
