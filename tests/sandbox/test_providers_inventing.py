"""What the sandbox's models say of themselves: tags, citations, vectors, spoiled JSON."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.providers import invented, vector
from sandbox.providers.faults import Spoiling
from sandbox.providers.inventing import spoiled, tags, tokens

NEWS = (
    "Метро в Москве строят быстро: новые станции метро откроют весной, а старые станции закроют. "
    "В Москве ждут весной гостей."
)


def test_tags_are_the_words_that_a_text_repeats() -> None:
    """The most frequent come first, in the text's own language; short words are left out."""
    assert tags(NEWS) == ["метро", "москве", "станции", "весной"]
    assert json.loads(invented(NEWS)) == tags(NEWS)


def test_a_text_that_repeats_nothing_has_three_tags() -> None:
    """The first three words; with fewer long words the short ones, and none without any."""
    assert tags("Rain is falling over London tonight") == ["rain", "falling", "london"]
    assert tags("up we go") == ["up", "we", "go"]
    assert tags("🎉 42") == []
    assert tags("<<<3dceea4f x86 news 3dceea4f>>>") == ["news"]


def test_a_text_that_repeats_much_has_seven_tags() -> None:
    """No more, however many words come twice."""
    days = "monday tuesday wednesday thursday friday saturday sunday january february"
    assert tags(f"{days} {days}") == days.split()[:7]


@given(st.text(max_size=400))
def test_tags_of_anything_are_tags(text: str) -> None:
    """At most seven, each once, each a word of the text, and the same again."""
    found = tags(text)
    assert len(found) <= 7
    assert len(set(found)) == len(found)
    assert all(word in text.lower() for word in found)
    assert tags(text) == found


def test_numbered_sources_are_cited() -> None:
    """A prompt with sources gets the first words of source 1, and its number."""
    prompt = (
        "Question: when?\n\n [2] Other: no.\n"
        "[1] Metro: two new stations open on the first of May, at last.\n\nAnswer briefly."
    )
    assert invented(prompt) == "Metro: two new stations open on the first of May, at last [1]."


def test_what_is_quoted_ends_with_a_sentence() -> None:
    """Short ones are quoted together; of one that does not end, so many words."""
    assert invented("[1] It rained. Then the sun came out over the sea. Later on.") == (
        "It rained. Then the sun came out over the sea [1]."
    )
    assert invented(f"[1] {'on and ' * 99}") == f"{'on and ' * 20}[1]."


@pytest.mark.parametrize("prompt", ["As [1] said so", "[2] Not the first one is here"])
def test_what_is_not_numbered_from_one_is_a_text_to_tag(prompt: str) -> None:
    """A number within a line is no source, and neither is a list without a first."""
    assert isinstance(json.loads(invented(prompt)), list)


def test_texts_that_share_words_are_near() -> None:
    """The cosine is higher for shared words than for none, inflected ones among them."""

    def cosine(one: str, other: str, dimension: int = 2560) -> float:
        pairs = zip(vector(one, dimension), vector(other, dimension), strict=True)
        return sum(a * b for a, b in pairs)

    assert cosine("новая станция метро", "станция метро закрыта") > 0.5
    assert cosine("станция", "станции") > 0.3
    assert abs(cosine("новая станция метро", "выборы губернатора области")) < 0.2


def test_vectors_point_in_all_directions() -> None:
    """In few dimensions too, texts without a common word may be the opposite of each other."""
    one, *others = (vector(word, 4) for word in ("north", "south", "east", "west", "up", "down"))
    cosines = [sum(a * b for a, b in zip(one, other, strict=True)) for other in others]
    assert min(cosines) < 0


@given(st.text(max_size=100), st.sampled_from([1, 3, 768]))
def test_a_vector_has_its_dimension_and_the_length_1(text: str, dimension: int) -> None:
    """Also that of a text without words, and the same again."""
    made = vector(text, dimension)
    assert len(made) == dimension
    assert math.isclose(math.hypot(*made), 1.0)
    assert vector(text, dimension) == made


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ("fenced", '```json\n["a", "b", "c"]\n```'),
        ("curly", "[“a”, “b”, “c”]"),
        ("comma", '["a", "b", "c",]'),
        ("truncated", '["a", "b",'),
    ],
)
def test_answers_are_spoiled_as_recorded(how: Spoiling, expected: str) -> None:
    """Each form is what it is called."""
    assert spoiled('["a", "b", "c"]', how) == expected


def test_prose_surrounds_the_answer() -> None:
    """The answer itself is whole within it."""
    assert '\n\n["a"]\n\n' in spoiled('["a"]', "prose")


def test_four_letters_are_about_a_token() -> None:
    """Each text is counted up."""
    assert tokens(["abcd", "abcde", ""]) == 3
