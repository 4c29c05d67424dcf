"""Words and pairs of words that a text could be tagged with, by what can be seen in it alone."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from actors.providers.stopwords import STOPWORDS
from actors.providers.tag_texts import sound

_LETTERS: Final = 4000
"""As much of a text is looked at."""
_ADDRESS: Final = re.compile(r"(?:https?://|www\.|t\.me/)\S+|\S+@\S+|@\w+", re.IGNORECASE)
_WORD: Final = re.compile(r"#?[^\W_]+(?:[-'’+.][^\W_]+)*(?:\+\+|#)?")
_BEGINNING: Final = re.compile(r"(?:\A|[.!?…:·\n])[\s«\"“]*\Z")
_BACK: Final = 4

_RUSSIAN: Final = re.compile(
    r"(?:иями|ями|ами|ого|его|ому|ему|ыми|ими|иях|иям|ием|ией|ах|ях|ов|ев|ей|ой|ый|ий|ая|яя|ое|ее"
    r"|ые|ие|ых|их|ым|им|ом|ем|ую|юю|ам|ям|ию|ия|ии|ью|а|я|о|е|ы|и|у|ю|ь|й)\Z"
)
_ENGLISH: Final = re.compile(r"(?:'s|’s|(?<=[^s])s|(?<=[sxzh])es)\Z")
_STEM: Final = 3
_RUSSIAN_VERB: Final = re.compile(
    r"(?:ться|тся|лся|лась|лось|лись|ать|ять|ить|еть|ует|уют|ает|ают|яет|яют|ит|ят|ил|ила|ило"
    r"|(?<!об)или|ал|ала|ало|али|ел|ела|ело|(?<!т)ели|крыли|росли|шли|нул|нула|нули|ите|йте|ены|ено)\Z"
)
_RUSSIAN_ADJECTIVE: Final = re.compile(
    r"(?:ый|ий|ая|яя|ое|ее|ые|ие|ого|его|ому|ему|ой|ую|юю|ых|их|ым|ими|ыми)\Z"
)
_ENGLISH_VERB: Final = re.compile(r"(?:ing|ed|ly)\Z")

_HASHTAG, _NAME, _PAIR, _HEAD = 2.5, 1.5, 1.3, 1.3
_VERB, _ADJECTIVE = 0.35, 0.5
_HEAD_LETTERS: Final = 100


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text, where it stands and how it is written there."""

    shown: str
    stem: str
    begin: int
    end: int
    hashtag: bool
    name: bool
    """Written with a capital where no sentence begins, or in capitals."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a text could be tagged with."""

    tag: str
    stems: tuple[str, ...]
    weight: float


def plain(text: str) -> str:
    """Return a text without addresses, in one Unicode form."""
    whole = text[: 2 * _LETTERS].encode("utf-8", "ignore").decode()
    return _ADDRESS.sub(" · ", unicodedata.normalize("NFKC", whole)[:_LETTERS])


def stem(word: str) -> str:
    """Return what the inflections of a word have in common, roughly."""
    low = word.lower().replace("ё", "е")
    endings = _RUSSIAN if re.search("[а-я]", low) else _ENGLISH
    short = endings.sub("", low)
    return short if len(short) >= _STEM else low


def content_words(text: str) -> list[Word]:
    """Return the words of a plain text that say what it is about."""
    return [
        Word(
            shown=written.lower(),
            stem=stem(written),
            begin=match.start(),
            end=match.end(),
            hashtag=match[0][0] == "#",
            name=_is_name(written, text[max(0, match.start() - _BACK) : match.start()]),
        )
        for match in _WORD.finditer(text)
        for written in (match[0].removeprefix("#"),)
        if _says(written)
    ]


def candidates(text: str) -> list[Candidate]:
    """Return what a plain text could be tagged with, each group of inflections once."""
    words = content_words(text)
    groups: dict[tuple[str, ...], list[tuple[str, float]]] = {}
    for word in words:
        groups.setdefault((word.stem,), []).append((word.shown, _weight(word)))
    for first, second in pairwise(words):
        shown = f"{first.shown} {second.shown}"
        if _are_pair(text, first, second):
            weight = _PAIR * max(_weight(first), _weight(second))
            groups.setdefault((first.stem, second.stem), []).append((shown, weight))
    return [
        Candidate(tag=min((shown for shown, _ in forms), key=len), stems=stems,
                  weight=max(weight for _, weight in forms) * len(forms) ** 0.5)
        for stems, forms in groups.items()
    ]  # fmt: skip


def _says(written: str) -> bool:
    low = written.lower()
    short = len(written) < _STEM and not (written.isupper() and len(written) > 1)
    digits = not any(letter.isalpha() for letter in written)
    return not short and not digits and _plain(low) not in STOPWORDS and sound([low]) == (low,)


def _plain(word: str) -> str:
    return word.replace("ё", "е").replace("’", "'")


def _is_name(written: str, before: str) -> bool:
    """Say whether a word is written as a name, which at a sentence's beginning all words are."""
    inside = _BEGINNING.search(before) is None
    return (written[0].isupper() and inside) or any(letter.isupper() for letter in written[1:])


def _are_pair(text: str, first: Word, second: Word) -> bool:
    together = text[first.end : second.begin].isspace() and not (first.hashtag or second.hashtag)
    shown = f"{first.shown} {second.shown}"
    return (
        together
        and first.stem != second.stem
        and not _is_verb(first.shown)
        and not _is_verb(second.shown)
        and not _RUSSIAN_ADJECTIVE.search(second.shown)
        and (first.name == second.name or bool(_RUSSIAN_ADJECTIVE.search(first.shown)))
        and sound([shown]) == (shown,)
    )


def _is_verb(shown: str) -> bool:
    return bool(_RUSSIAN_VERB.search(shown) or _ENGLISH_VERB.search(shown))


def _weight(word: Word) -> float:
    """Weigh a word by how and where it is written."""
    weight = _HEAD if word.begin < _HEAD_LETTERS else 1.0
    if word.hashtag:
        return weight * _HASHTAG
    if word.name:
        return weight * _NAME
    if _is_verb(word.shown):
        return weight * _VERB
    return weight * (_ADJECTIVE if _RUSSIAN_ADJECTIVE.search(word.shown) else 1.0)
