"""What servers of the OpenAI dialect have answered, read from their bytes."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from actors.providers.answers import body_of, chat_answer, embeddings_answer
from actors.providers.failure import Failed, Outcome
from actors.providers.outcomes import Spent

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)

CHAT = {
    "model": "GigaChat:1.0.26.20",
    "choices": [{"message": {"role": "assistant", "content": "[]"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 12, "completion_tokens": 3, "total_tokens": 15},
}


def failure(status: int, body: object = None, headers: dict[str, str] | None = None) -> Failed:
    """What an answer that is none means."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    with pytest.raises(Failed) as caught:
        body_of(status, headers or {}, raw, NOON)
    return caught.value


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (400, Outcome.BROKEN),
        (401, Outcome.MISCONFIGURED),
        (402, Outcome.MISCONFIGURED),
        (403, Outcome.MISCONFIGURED),
        (404, Outcome.MISCONFIGURED),
        (408, Outcome.BROKEN),
        (301, Outcome.MISCONFIGURED),
        (413, Outcome.BROKEN),
        (422, Outcome.BROKEN),
        (429, Outcome.BUSY),
        (500, Outcome.BROKEN),
        (502, Outcome.BROKEN),
        (503, Outcome.BROKEN),
        (504, Outcome.BROKEN),
        (529, Outcome.BROKEN),
        (204, Outcome.BROKEN),
    ],
)
def test_every_status(status: int, outcome: Outcome) -> None:
    """A status is broken, unless it speaks of too many requests or of our settings."""
    assert failure(status, {}).outcome is outcome


@pytest.mark.parametrize(
    ("status", "setting"), [(401, "key"), (402, "key"), (403, "key"), (404, "model"), (308, "url")]
)
def test_a_wrong_setting_is_named(status: int, setting: str) -> None:
    """Who is misconfigured says which setting to look at."""
    assert failure(status, {}).look_at == setting


@pytest.mark.parametrize("body", [b"", b"  ", b"<html>", b'{"choices": [', b"[]", b"null", b"\xff"])
def test_a_good_status_without_an_answer(body: bytes) -> None:
    """Under HTTP 200 an empty body, a page, or half of an object is broken."""
    assert failure(200, body).outcome is Outcome.BROKEN


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        (429, Outcome.BUSY),
        (502, Outcome.BROKEN),
        (402, Outcome.MISCONFIGURED),
        ("x", Outcome.BROKEN),
    ],
)
def test_an_error_under_a_good_status(code: object, outcome: Outcome) -> None:
    """HTTP 200 with an error is that error."""
    assert failure(200, {"error": {"code": code, "message": "no"}}).outcome is outcome


def test_an_error_as_gigachat_words_it() -> None:
    """A status in the body is that of an error, also under HTTP 200; a word is none."""
    assert failure(200, {"status": 429, "message": "Too many"}).outcome is Outcome.BUSY
    assert body_of(200, {}, b'{"status": "ok"}', NOON) == {"status": "ok"}


def test_busy_says_until_when() -> None:
    """The time in a body's headers is that of the outcome, and is told to people."""
    reset = int((NOON + timedelta(hours=3)).timestamp() * 1000)
    error = {"code": 429, "metadata": {"headers": {"X-RateLimit-Reset": str(reset)}}}
    failed = failure(429, {"error": error})
    assert failed.until == NOON + timedelta(hours=3)
    assert "2026-03-01 15:00:00" in failed.why


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (403, {"code": 403, "metadata": {"reasons": ["violence"]}}),
        (400, {"code": "content_filter"}),
    ],
)
def test_moderation_is_a_refusal(status: int, error: dict[str, Any]) -> None:
    """A text that is flagged before any model sees it was refused."""
    assert failure(status, {"error": error}).outcome is Outcome.REFUSED


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 429, 500])
def test_a_provider_is_never_quoted(status: int) -> None:
    """What a provider words may hold the text or the key, so it is not repeated."""
    secret = "sk-or-0123456789 and the text of a post"
    failed = failure(status, {"error": {"message": secret, "code": secret}, "message": secret})
    assert secret not in str(failed)
    assert secret not in failed.why


def test_an_answer() -> None:
    """The text, the model that is said to have answered, and the tokens."""
    answer = chat_answer(body_of(200, {}, json.dumps(CHAT).encode(), NOON), "prompt")
    assert (answer.text, answer.filtered) == ("[]", False)
    assert answer.spent == Spent(
        provider="", model="GigaChat:1.0.26.20", prompt_tokens=12, completion_tokens=3
    )


@pytest.mark.parametrize("finish", ["blacklist", "content_filter"])
def test_a_content_filter(finish: str) -> None:
    """It is one with or without a text."""
    for content in ("Не люблю менять тему разговора", "", None):
        choice = {"message": {"content": content}, "finish_reason": finish}
        assert chat_answer({"choices": [choice]}, "").filtered


@pytest.mark.parametrize(
    "choices",
    [
        None,
        [],
        {},
        ["text"],
        [{}],
        [{"message": None}],
        [{"message": {"content": None}}],
        [{"message": {"content": "  "}}],
        [{"message": {"content": ["part"]}}],
    ],
)
def test_an_answer_that_says_nothing_is_broken(choices: object) -> None:
    """No text is no answer, wherever it is missing."""
    with pytest.raises(Failed) as caught:
        chat_answer({"choices": choices}, "")
    assert caught.value.outcome is Outcome.BROKEN


@pytest.mark.parametrize("usage", [None, [], {}, {"prompt_tokens": -1}, {"prompt_tokens": "9"}])
def test_tokens_that_are_not_told_are_estimated(usage: object) -> None:
    """A cap of tokens holds for a server that counts none: three characters are one."""
    answer = chat_answer({**CHAT, "usage": usage}, "p" * 300)
    assert answer.spent.prompt_tokens == 100


def rows(*vectors: object) -> dict[str, Any]:
    """An answer with vectors."""
    return {"data": [{"index": number, "embedding": each} for number, each in enumerate(vectors)]}


def test_vectors_come_in_the_order_of_their_texts() -> None:
    """Rows that come in another order are put into theirs."""
    read = rows([1.0, 0.0], [0, 1])
    read["data"].reverse()
    assert embeddings_answer(read, ("a", "b")).vectors == ((1.0, 0.0), (0.0, 1.0))


@pytest.mark.parametrize(
    "read",
    [
        {},
        {"data": {}},
        rows([1.0]),
        rows([1.0], [1.0], [1.0]),
        rows([1.0], []),
        rows([1.0], [math.nan]),
        rows([1.0], [math.inf]),
        rows([1.0], [10**400]),
        rows([1.0], ["1"]),
        rows([1.0], [True]),
        rows([1.0], None),
        {"data": ["x", "y"]},
        {"data": [{"index": 0, "embedding": [1.0]}, {"index": 0, "embedding": [2.0]}]},
        {"data": [{"index": 0, "embedding": [1.0]}, {"index": 2, "embedding": [2.0]}]},
        {"data": [{"index": 0, "embedding": [1.0]}, {"index": "1", "embedding": [2.0]}]},
    ],
)
def test_vectors_that_are_none_are_broken(read: dict[str, Any]) -> None:
    """Too few, too many, no numbers, infinite ones or none, in no order: nothing of it is taken."""
    with pytest.raises(Failed) as caught:
        embeddings_answer(read, ("a", "b"))
    assert caught.value.outcome is Outcome.BROKEN


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "error",
                    "code",
                    "choices",
                    "message",
                    "content",
                    "data",
                    "embedding",
                    "index",
                    "usage",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=15,
)


@given(json_values, st.sampled_from([200, 400, 403, 429, 500]))
@example({"error": {"code": []}}, 400)
@example({"choices": [{"finish_reason": {}, "message": {"content": "so"}}]}, 200)
def test_whatever_a_body_holds_it_is_an_answer_or_a_failure(body: object, status: int) -> None:
    """Nothing that a server may send raises anything else."""
    raw = json.dumps(body).encode()
    for read in (chat_answer, lambda told, _: embeddings_answer(told, ("a",))):
        try:
            read(body_of(status, {}, raw, NOON), "prompt")
        except Failed as failed:
            assert failed.outcome is not Outcome.OK  # noqa: PT017
