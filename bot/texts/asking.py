"""What the bot says of questions."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AskingTexts:
    """HTML as Telegram takes it; {names} are filled in with escaped text."""

    what: str
    thinking: str
    sources: str
    model: str
    extract: str
    nothing: str
    stopped: str
    no_more: str


EN = AskingTexts(
    what="What would you like to know? I answer from the posts of your channels.",
    thinking="Looking through your posts…",
    sources="<b>Sources</b>",
    model="<i>Answered by {model} from these posts. Check what matters.</i>",
    extract="<i>No model has answered: these are sentences of the posts themselves.</i>",
    nothing="Your channels' posts have no answer to that.",
    stopped="Stopped.",
    no_more="You have asked as many questions as you may today. The next one: {until}.",
)

RU = AskingTexts(
    what="Что вы хотите узнать? Я отвечаю по постам ваших каналов.",
    thinking="Просматриваю ваши посты…",
    sources="<b>Источники</b>",
    model="<i>Ответила модель {model} по этим постам. Важное проверьте.</i>",
    extract="<i>Модель не ответила: это предложения из самих постов.</i>",
    nothing="В постах ваших каналов ответа на это нет.",
    stopped="Остановлено.",
    no_more="На сегодня ваши вопросы закончились. Следующий можно задать {until}.",
)
