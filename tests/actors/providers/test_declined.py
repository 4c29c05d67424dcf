"""The memory of refusals."""

from __future__ import annotations

from actors.providers.declined import Declined


def test_a_refusal_is_of_a_provider_and_a_text() -> None:
    """Neither another provider nor another text has been refused by it."""
    declined = Declined()
    declined.note("gigachat", "a", "refuses the text")
    assert declined.why("gigachat", "a") == "refuses the text"
    assert declined.why("openrouter", "a") is None
    assert declined.why("gigachat", "b") is None


def test_the_oldest_are_forgotten() -> None:
    """However many texts are refused, so many are remembered."""
    declined = Declined(most=2)
    for text in ("a", "b", "c"):
        declined.note("gigachat", text, "no")
    assert [declined.why("gigachat", text) for text in ("a", "b", "c")] == [None, "no", "no"]
