"""Both languages say the same: each text is there in both, and takes the same values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from string import Formatter

import pytest

from actors.markup import parse
from bot import texts


def said(part: object, name: str = "") -> Iterator[tuple[str, str]]:
    """Return every text of a part with its path."""
    match part:
        case str():
            yield name, part
        case Mapping():
            for key, value in part.items():
                yield from said(value, f"{name}.{key}")
        case tuple():
            for number, value in enumerate(part):
                yield from said(value, f"{name}.{number}")
        case _ if is_dataclass(part):
            for field in fields(part):
                yield from said(getattr(part, field.name), f"{name}.{field.name}")


def values(text: str) -> set[str]:
    """Return the names of what is filled in."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


ENGLISH, RUSSIAN = dict(said(texts.EN)), dict(said(texts.RU))


def test_both_languages_have_the_same_texts() -> None:
    """What is said in one language, a refusal too, is said in the other."""
    assert ENGLISH.keys() == RUSSIAN.keys()
    assert len(ENGLISH) > 100


@pytest.mark.parametrize("name", sorted(ENGLISH.keys() - {".language"}))
def test_a_text_takes_the_same_values_and_is_html(name: str) -> None:
    """A text is filled in with the same values in both languages, and is HTML to Telegram."""
    assert values(ENGLISH[name]) == values(RUSSIAN[name])
    for text in (ENGLISH[name], RUSSIAN[name]):
        parse(text)


def test_russian_is_russian() -> None:
    """No text of a sentence's length was left in English."""
    bare = {name: re.sub(r"\{\w+\}", "", parse(text).text) for name, text in RUSSIAN.items()}
    left = [name for name, text in bare.items() if len(text) > 15 and not re.search("[а-я]", text)]
    assert left == []
