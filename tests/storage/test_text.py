"""Text that Postgres can hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.database import Database
from storage.text import json_text, storable

anything = st.text(st.characters(exclude_categories=()))
values = st.recursive(
    st.none() | st.booleans() | st.integers() | anything,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(anything, inner, max_size=3),
    max_leaves=10,
)


@given(anything)
def test_any_text_becomes_encodable(text: str) -> None:
    """Whatever comes in, the result is UTF-8 without a NUL."""
    assert "\0" not in storable(text).encode().decode()


@given(st.text().map(lambda text: text.replace("\0", "")))
def test_good_text_stays_exact(text: str) -> None:
    """Text that can be held is not touched."""
    assert storable(text) == text


@given(values)
def test_any_value_becomes_json_that_can_be_held(value: object) -> None:
    """Whatever text is in it, it encodes as UTF-8 and has no NUL, plain or escaped."""
    text = json_text(value).encode().decode()
    assert "\\u0000" not in text.replace("\\\\", "")
    assert "\0" not in text


@given(st.lists(st.sampled_from(["я", "🦊", "\ud800", "\udc00x", "\0", "e\u0301"])))
def test_only_what_cannot_be_held_is_lost(parts: list[str]) -> None:
    """Around dropped characters everything else survives, in order."""
    kept = storable("".join(parts))
    for part in "я🦊x\u0301":
        assert kept.count(part) == "".join(parts).count(part)


def test_paired_surrogates_become_their_character() -> None:
    """Two halves of an emoji are the emoji."""
    assert storable("a\ud83e\udd8ab\ud83e") == "a🦊b"


@pytest.mark.anyio
async def test_the_server_returns_it_exactly(db: Database) -> None:
    """What storable lets through makes the round trip unchanged."""
    text = storable("Привет 🦊\r\n\t\u202e\ufeff \ud83e'\"\\\0 é e\u0301")
    assert await db.fetch_value("SELECT $1::text", text) == text
