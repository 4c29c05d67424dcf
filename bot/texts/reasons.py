"""What the bot says for the codes of the domain's reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from actors.reasons import TroubleKind, UnreadWhy, WorkerWhy, WorkWhy


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonTexts:
    """HTML as Telegram takes it; {until} is filled in with a time."""

    troubles: Mapping[TroubleKind, str]
    """What was not open to a search, a question or a digest."""
    unread: Mapping[UnreadWhy, str]
    """Why a channel was not read to its end."""
    work: Mapping[WorkWhy, str]
    """Why posts are not tagged or indexed."""
    workers: Mapping[WorkerWhy, str]
    """What keeps those from their work who tag and index."""


EN = ReasonTexts(
    troubles={
        "no_model": "The models cannot be reached just now, or decline. Ask again in a while.",
        "no_summaries": "No model has answered for all topics just now, so some have no summary.",
        "no_vectors": "Meanings could not be compared just now, so only words were searched for.",
        "not_indexed": "No post is indexed yet, so only words were searched for.",
        "tokens_spent": "Your tokens for today are spent. There are new ones at {until}.",
    },
    unread={
        "banned": "your account was removed from it",
        "closed": "Telegram does not let your account read it just now",
        "deleted": "it does not exist any more",
        "flooded": "Telegram asks your account to wait",
        "left": "your account has left it",
        "not_followed": "it is not followed any more",
        "other": "the reading ended early",
        "private": "it is closed to your account",
    },
    work={
        "failed": "it has failed too often",
        "tokens_spent": "today's tokens are spent",
        "unanswered": "nobody who could do it answers just now",
    },
    workers={
        "behind": "Many posts are still to be indexed.",
        "differed": "The index was not what it was said to be: it is being mended.",
        "lost": "The vectors of the posts were lost: they are indexed again.",
        "trouble": "Something went wrong with what it works on; it goes on by itself. See the log.",
        "unanswered": "Nobody who could do it answers just now.",
    },
)

RU = ReasonTexts(
    troubles={
        "no_model": "Модели сейчас недоступны или отказались. Спросите ещё раз немного позже.",
        "no_summaries": "Модель сейчас ответила не по всем темам, поэтому сводки есть не у всех.",
        "no_vectors": "Сравнить по смыслу сейчас не получилось, поэтому искались только слова.",
        "not_indexed": "Ни один пост ещё не проиндексирован, поэтому искались только слова.",
        "tokens_spent": "Ваши токены на сегодня закончились. Новые будут {until}.",
    },
    unread={
        "banned": "ваш аккаунт из него удалили",
        "closed": "Telegram сейчас не даёт вашему аккаунту его читать",
        "deleted": "его больше нет",
        "flooded": "Telegram просит ваш аккаунт подождать",
        "left": "ваш аккаунт из него вышел",
        "not_followed": "он больше не читается",
        "other": "чтение закончилось раньше",
        "private": "он закрыт для вашего аккаунта",
    },
    work={
        "failed": "слишком много неудачных попыток",
        "tokens_spent": "токены на сегодня закончились",
        "unanswered": "никто из тех, кто это делает, сейчас не отвечает",
    },
    workers={
        "behind": "Многие посты ещё не проиндексированы.",
        "differed": "Индекс оказался не таким, как записано: он исправляется.",
        "lost": "Векторы постов потерялись: посты индексируются заново.",
        "trouble": "Что-то не так с тем, над чем он работает; продолжит сам. Подробности в логе.",
        "unanswered": "Никто из тех, кто это делает, сейчас не отвечает.",
    },
)
