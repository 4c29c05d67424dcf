"""The words by which a model declines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.providers.refusals import PHRASES, may_refuse, refuses
from sandbox.providers import REFUSALS

ANSWERS = [
    '["курс рубля", "ставка цб"]',
    "По данным [1], ставка не изменилась.",
    "К сожалению, в источниках об этом ничего нет.",
    "I could not find anything about it in the sources.",
    "Языковые модели научились писать код [2].",
    "",
]


@pytest.mark.parametrize("text", REFUSALS)
def test_recorded_refusals(text: str) -> None:
    """Each refusal that GigaChat was seen to give with HTTP 200 is one."""
    assert refuses(text)


@pytest.mark.parametrize(
    "text",
    [
        "I’m sorry, but I can’t assist with that request.",
        "I'm  sorry,\nbut I cannot help.",
        "As an AI language model, I cannot tag this.",
        "  «Не люблю менять тему разговора, но…»",
        '["Не люблю менять тему разговора"]',
    ],
)
def test_refusals_in_other_clothes(text: str) -> None:
    """Curly apostrophes, quotes, spaces and case do not hide a refusal."""
    assert refuses(text)


@pytest.mark.parametrize("text", ANSWERS)
def test_answers_are_none(text: str) -> None:
    """An answer that is sorry, or speaks of language models, is not taken for a refusal."""
    assert not refuses(text)


@given(st.sampled_from([*PHRASES, *REFUSALS]), st.integers(0, 30))
def test_a_refusal_is_seen_coming(phrase: str, length: int) -> None:
    """Until a refusal is one, each of its beginnings may become one."""
    beginning = phrase[:length]
    assert may_refuse(beginning) or refuses(beginning)


@pytest.mark.parametrize("text", ["По данным", "[1] пишет", "Ставка"])
def test_an_answer_is_passed_on_early(text: str) -> None:
    """What begins otherwise than any refusal is not held back."""
    assert not may_refuse(text)
