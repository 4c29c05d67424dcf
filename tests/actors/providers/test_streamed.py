"""A streamed completion, put together from its bytes."""

from __future__ import annotations

import itertools
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.providers.events import LONGEST_EVENT, Events
from actors.providers.failure import Failed, Outcome
from actors.providers.streamed import LONGEST_ANSWER, Streamed

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def chunk(text: str | None = None, **more: Any) -> bytes:
    """An event with a piece of text."""
    choice: dict[str, Any] = {"index": 0, "delta": {} if text is None else {"content": text}}
    if "finish" in more:
        choice["finish_reason"] = more.pop("finish")
    body = json.dumps({"choices": [choice], **more}, ensure_ascii=False)
    return f"data: {body}\n\n".encode()


USAGE = {"prompt_tokens": 7, "completion_tokens": 2}
WHOLE = (
    b": OPENROUTER PROCESSING\n\n"
    + chunk("Привет", model="deepseek")
    + chunk(", мир")
    + chunk(finish="stop", usage=USAGE)
    + b"data: [DONE]\n\n"
)


def cut(whole: bytes, places: list[int]) -> list[bytes]:
    """Cut bytes at some places."""
    edges = sorted({0, len(whole), *(place % (len(whole) + 1) for place in places)})
    return [whole[a:b] for a, b in itertools.pairwise(edges)]


@given(st.lists(st.integers(0, 10_000), max_size=30), st.sampled_from([b"\n", b"\r\n", b"\r"]))
def test_it_does_not_matter_where_the_bytes_are_cut(places: list[int], ending: bytes) -> None:
    """Also in the middle of a letter or of a line's end, the text and what it cost are the same."""
    streamed = Streamed("prompt", NOON)
    pieces = [streamed.fed(piece) for piece in cut(WHOLE.replace(b"\n", ending), places)]
    # A CR may be the first half of CR LF, so the last event waits for what follows.
    pieces.append(streamed.fed(b"\n"))
    answer = streamed.answer()
    assert "".join(pieces) == answer.text == "Привет, мир"
    assert streamed.done
    assert (answer.spent.model, answer.spent.prompt_tokens) == ("deepseek", 7)


def test_a_stream_that_breaks_off_is_broken() -> None:
    """Without a reason of its end, or the mark of it, half an answer is none."""
    streamed = Streamed("prompt", NOON)
    assert streamed.fed(chunk("Half of")) == "Half of"
    with pytest.raises(Failed, match="broke off"):
        streamed.answer()


def test_a_reason_is_an_end_too() -> None:
    """Servers that leave out the last mark have ended all the same."""
    streamed = Streamed("prompt", NOON)
    streamed.fed(chunk("All") + chunk(finish="stop"))
    assert streamed.answer().text == "All"


@pytest.mark.parametrize("finish", ["blacklist", "content_filter"])
def test_a_filter_may_end_it(finish: str) -> None:
    """The reason of the end says that it was a content filter."""
    streamed = Streamed("prompt", NOON)
    streamed.fed(chunk("Half") + chunk(finish=finish) + b"data: [DONE]\n\n")
    assert streamed.answer().filtered


def test_a_stream_that_says_nothing_is_broken() -> None:
    """An end without a text is no answer."""
    streamed = Streamed("prompt", NOON)
    streamed.fed(chunk(finish="stop") + b"data: [DONE]\n\n")
    with pytest.raises(Failed, match="without a text"):
        streamed.answer()


@pytest.mark.parametrize(
    ("event", "outcome"),
    [
        (b'data: {"error": {"code": 429}}\n\n', Outcome.BUSY),
        (b'data: {"error": {"code": 502}}\n\n', Outcome.BROKEN),
        (b'data: {"error": "overloaded"}\n\n', Outcome.BROKEN),
        (b'data: {"status": 429, "message": "Too many"}\n\n', Outcome.BUSY),
        (chunk(finish="error"), Outcome.BROKEN),
        (b"data: <html>\n\n", Outcome.BROKEN),
        (b"data: [1]\n\n", Outcome.BROKEN),
    ],
)
def test_an_error_in_the_middle(event: bytes, outcome: Outcome) -> None:
    """An error that comes after the first pieces is what became of the request."""
    streamed = Streamed("prompt", NOON)
    streamed.fed(chunk("Half"))
    with pytest.raises(Failed) as caught:
        streamed.fed(event)
    assert caught.value.outcome is outcome


def test_an_answer_without_an_end_is_broken() -> None:
    """A model that goes on and on is stopped."""
    streamed = Streamed("prompt", NOON)
    streamed.fed(chunk("a" * LONGEST_ANSWER))
    with pytest.raises(Failed, match="does not come to the end"):
        streamed.fed(chunk("a"))


@pytest.mark.parametrize("piece", [b"data: " + b"a" * 1000, b"data: " + b"a" * 1000 + b"\n"])
def test_an_event_without_an_end_is_broken(piece: bytes) -> None:
    """Neither a line nor an event of many lines takes more memory than there is for one."""
    events = Events()
    for _ in range(LONGEST_EVENT // (1006 if piece.endswith(b"a") else 1001)):
        events.fed(piece)
    with pytest.raises(Failed, match="without an end"):
        events.fed(piece)


def test_an_event_may_have_several_lines() -> None:
    """They are one datum, and other fields and comments are none."""
    assert Events().fed(b"event: x\nid: 1\ndata: a\ndata:b\n:c\n\n\n\n") == ["a\nb"]


@given(st.lists(st.binary(max_size=40), max_size=20))
def test_no_bytes_do_any_harm(pieces: list[bytes]) -> None:
    """Whatever comes, it is text or a failure."""
    streamed = Streamed("prompt", NOON)
    try:
        for piece in pieces:
            streamed.fed(piece)
    except Failed as failed:
        assert failed.outcome is Outcome.BROKEN  # noqa: PT017
