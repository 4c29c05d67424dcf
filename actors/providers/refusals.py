"""The words by which a model declines to speak of a text."""

from __future__ import annotations

import re

FINISHES = frozenset({"blacklist", "content_filter"})
"""Values of finish_reason that mean a content filter."""


def is_filtered(finish: object) -> bool:
    """Whether what is given as a finish_reason, whatever it is, means a content filter."""
    return isinstance(finish, str) and finish in FINISHES


PHRASES = (
    "не люблю менять тему разговора",
    "что-то в вашем вопросе меня смущает",
    "как у нейросетевой языковой модели у меня не может быть",
    "как и любая языковая модель, gigachat не обладает собственным мнением",
    "к сожалению, иногда генеративные языковые модели",
    "генеративные языковые модели не обладают собственным мнением",
    "языковые модели не обладают собственным мнением",
    "разговоры на чувствительные темы",
    "разговоры на некоторые темы",
    "я не могу обсуждать эту тему",
    "я не могу помочь с этим",
    "я не могу выполнить этот запрос",
    "не могу обсуждать эту тему",
    "давайте поговорим на другую тему",
    "давайте сменим тему",
    "извините, я не могу",
    "извините, но я не могу",
    "к сожалению, я не могу",
    "i'm sorry, but i can't",
    "i'm sorry, but i cannot",
    "i'm sorry, i can't",
    "i'm sorry, i cannot",
    "i am sorry, but i cannot",
    "sorry, but i can't",
    "sorry, i can't",
    "i can't assist with",
    "i can't help with",
    "i cannot assist with",
    "i cannot help with",
    "i cannot fulfill",
    "i can't fulfill",
    "i'm unable to",
    "i am unable to",
    "as an ai language model, i can",
    "as a large language model, i can",
)
"""How refusals begin that were recorded with HTTP 200, lower case."""

LONGEST_PHRASE = max(map(len, PHRASES))

_SPACE = re.compile(r"\s+")


def refuses(text: str) -> bool:
    """Whether an answer begins as refusals do."""
    return _plain(text).startswith(PHRASES)


def may_refuse(beginning: str) -> bool:
    """Whether an answer that has begun so may still turn out to be a refusal."""
    plain = _plain(beginning)
    return any(phrase.startswith(plain) for phrase in PHRASES)


def _plain(text: str) -> str:
    # Only the beginning counts, and an answer may be long.
    begun = text.lstrip(" \t\r\n\"'«“`*[")[: 4 * LONGEST_PHRASE].replace("’", "'")
    return _SPACE.sub(" ", begun).casefold().replace("ё", "е")
