"""Providers that misbehave, as clients see it."""

import json
import math
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from sandbox import HoldNotReached
from sandbox.providers import (
    REFUSALS,
    Busy,
    Cut,
    Empty,
    ErrorInside,
    Expired,
    Fault,
    GigaChat,
    Illegal,
    NotANumber,
    OpenAI,
    OpenRouter,
    OtherModel,
    Providers,
    Refusal,
    Says,
    Spoiled,
    Status,
    WrongDimension,
)
from sandbox.providers.faults import Spoiling
from tests.sandbox.provider_clients import bearer, chat, chat_body, embed, events, new_client

NOW = 1_800_000_000.0


@pytest.fixture
def providers() -> Iterator[Providers]:
    """Providers whose clock stands; no client of these tests makes a mistake."""
    with Providers(clock=lambda: NOW) as running:
        yield running
    assert running.mistakes == ()


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with new_client() as opened:
        yield opened


@pytest.fixture(params=["gigachat", "openrouter", "openai"])
def provider(request: pytest.FixtureRequest, providers: Providers) -> object:
    return getattr(providers, request.param)


Any = GigaChat | OpenRouter | OpenAI


def test_a_raw_status_line_among_the_headers_breaks_the_client(
    provider: Any, client: httpx.Client
) -> None:
    """Httpx says what it said in production; the next call is answered."""
    provider.next(Illegal())
    with pytest.raises(
        httpx.RemoteProtocolError,
        match=r"illegal header line.*HTTP/1\.0 500 Error processing the request",
    ):
        chat(client, provider)
    assert chat(client, provider).status_code == 200
    assert [asked.fault for asked in provider.asked if asked.kind == "chat"] == [Illegal(), None]


def test_the_illegal_answer_is_these_bytes(providers: Providers) -> None:
    """What goes over the wire, read without an HTTP client: a status line within the headers."""
    providers.openai.key = None
    providers.openai.next(Illegal())
    body = json.dumps(chat_body()).encode()
    host, port = providers.openai.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as raw:
        raw.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(body))
        raw.sendall(body)
        lines = raw.makefile("rb").read().split(b"\r\n")
    assert lines[0] == b"HTTP/1.1 200 OK"
    assert b"HTTP/1.0 500 Error processing the request" in lines[1:]


def test_a_body_can_be_missing(provider: Any, client: httpx.Client) -> None:
    """HTTP 200 and nothing else."""
    provider.next(Empty())
    answer = chat(client, provider)
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize("code", [402, 403, 404, 500, 502, 503, 504])
def test_a_status_can_be_a_failure(provider: Any, client: httpx.Client, code: int) -> None:
    """The gateway's failures are pages, the provider's own are JSON in its dialect."""
    provider.next(Status(code))
    answer = chat(client, provider)
    assert answer.status_code == code
    if code in (502, 503, 504):
        assert answer.text.startswith("<html>")
    else:
        inner = answer.json() if isinstance(provider, GigaChat) else answer.json()["error"]
        assert inner["status" if isinstance(provider, GigaChat) else "code"] == code


def test_openrouter_tells_the_end_of_a_limit_in_milliseconds(
    providers: Providers, client: httpx.Client
) -> None:
    """In the error's metadata, as a string, and in no header."""
    providers.openrouter.always(Busy(reset_in=1.5))
    answer = chat(client, providers.openrouter)
    headers = answer.json()["error"]["metadata"]["headers"]
    assert (answer.status_code, headers["X-RateLimit-Remaining"]) == (429, "0")
    assert int(headers["X-RateLimit-Reset"]) == (NOW + 1.5) * 1000
    assert "retry-after" not in answer.headers


@pytest.mark.parametrize("name", ["gigachat", "openai"])
def test_others_tell_the_end_of_a_limit_in_seconds(
    providers: Providers, client: httpx.Client, name: str
) -> None:
    """Retry-After has whole seconds, counted up; without an end there is none."""
    provider = getattr(providers, name)
    provider.next(Busy(reset_in=1.5))
    provider.next(Busy())
    first, second = chat(client, provider), chat(client, provider)
    assert (first.status_code, first.headers["retry-after"]) == (429, "2")
    assert (second.status_code, second.headers.get("retry-after")) == (429, None)


def test_an_error_can_hide_in_a_success(provider: Any, client: httpx.Client) -> None:
    """HTTP 200 without choices, and without vectors."""
    provider.next(ErrorInside(502, "Provider returned error"), times=2)
    answer = chat(client, provider)
    assert answer.status_code == 200
    assert "choices" not in answer.json()
    assert "Provider returned error" in answer.text
    if not isinstance(provider, OpenRouter):
        assert "data" not in embed(client, provider, "x").json()


def test_an_error_can_come_in_the_middle_of_a_stream(
    providers: Providers, client: httpx.Client
) -> None:
    """After the first piece, with its own finish_reason; there is no usage."""
    providers.openrouter.next(ErrorInside())
    first, second = events(chat(client, providers.openrouter, stream=True))
    assert first["choices"][0]["delta"]["content"]
    assert second["error"]["code"] == 502
    assert second["choices"][0]["finish_reason"] == "error"


@pytest.mark.parametrize("phrase", REFUSALS)
def test_a_refusal_is_a_success_with_a_phrase(
    providers: Providers, client: httpx.Client, phrase: str
) -> None:
    """GigaChat calls it blacklist, or nothing in particular, and others content_filter."""
    for provider, finish, expected in (
        (providers.gigachat, None, "blacklist"),
        (providers.gigachat, "stop", "stop"),
        (providers.openai, None, "content_filter"),
    ):
        provider.next(Refusal(phrase, finish))
        answer = chat(client, provider)
        (choice,) = answer.json()["choices"]
        assert answer.status_code == 200
        assert (choice["message"]["content"], choice["finish_reason"]) == (phrase, expected)


@pytest.mark.parametrize("how", ["fenced", "prose", "curly", "comma", "truncated"])
def test_json_can_be_spoiled(provider: Any, client: httpx.Client, how: Spoiling) -> None:
    """The answer is no JSON any more; a truncated one says so."""
    provider.next(Spoiled(how))
    (choice,) = chat(client, provider).json()["choices"]
    with pytest.raises(json.JSONDecodeError):
        json.loads(choice["message"]["content"])
    assert choice["finish_reason"] == ("length" if how == "truncated" else "stop")


def test_an_answer_can_be_chosen(provider: Any, client: httpx.Client) -> None:
    """For one text only."""
    provider.when(Says("as you like it"), text_contains="Hamlet")
    said = [
        chat(client, provider, text).json()["choices"][0]["message"]["content"]
        for text in ("Hamlet", "Lear and Goneril")
    ]
    assert said == ["as you like it", '["lear", "goneril", "and"]']


def test_another_model_can_answer(provider: Any, client: httpx.Client) -> None:
    """The answer names it; what was asked for is in the record."""
    provider.next(OtherModel("GigaChat-Max"))
    assert chat(client, provider).json()["model"].startswith("GigaChat-Max")
    assert provider.asked[-1].model == "GigaChat"


def test_a_token_can_end_early(providers: Providers, client: httpx.Client) -> None:
    """401 although its end is far; it stays bad, and another one is good."""
    gigachat = providers.gigachat
    old = bearer(client, gigachat)
    gigachat.next(Expired())
    assert [chat(client, gigachat, headers=old).status_code for _ in range(2)] == [401, 401]
    assert chat(client, gigachat).status_code == 200


def test_a_token_can_be_refused(providers: Providers, client: httpx.Client) -> None:
    """Rules can be for the place where tokens are given."""
    providers.gigachat.next(Status(500), of="token")
    answer = client.post(providers.gigachat.oauth_url)
    assert answer.status_code == 500


def test_vectors_can_have_another_length(providers: Providers, client: httpx.Client) -> None:
    """768 instead of 2560."""
    providers.gigachat.next(WrongDimension(768))
    made = embed(client, providers.gigachat, "one", "two").json()
    assert [len(entry["embedding"]) for entry in made["data"]] == [768, 768]


def test_a_vector_can_have_what_is_no_number(providers: Providers, client: httpx.Client) -> None:
    """One NaN, in the last of them."""
    providers.openai.next(NotANumber())
    made = embed(client, providers.openai, "one", "two").json()["data"]
    assert [sum(map(math.isnan, entry["embedding"])) for entry in made] == [0, 1]


@pytest.mark.parametrize("is_streamed", [False, True])
def test_a_body_can_be_cut(provider: Any, client: httpx.Client, is_streamed: bool) -> None:
    """Its first half arrives, and then the connection ends."""
    provider.next(Cut())
    url, headers = f"{provider.api_url}/chat/completions", bearer(client, provider)
    received: list[bytes] = []
    body = chat_body(stream=is_streamed)
    with client.stream("POST", url, headers=headers, json=body) as answer:
        assert answer.status_code == 200
        with pytest.raises(httpx.RemoteProtocolError, match="without sending complete"):
            received.extend(answer.iter_raw())
    assert len(b"".join(received)) > 50
    assert provider.asked[-1].status is None


def test_a_connection_can_be_cut_before_the_first_byte(provider: Any, client: httpx.Client) -> None:
    """Httpx calls that a disconnection without a response."""
    provider.next(Cut("nothing"))
    with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
        chat(client, provider)


@pytest.mark.parametrize("fault", [None, Status(500)])
def test_a_held_call_is_answered_when_it_is_released(
    provider: Any, client: httpx.Client, fault: Fault | None
) -> None:
    """It waits without a clock, and then meets what else was ordered."""
    hold = provider.hold()
    provider.next(fault)
    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(chat, client, provider)
        hold.reached()
        assert not asking.done()
        hold.release()
        assert asking.result(10).status_code == (500 if fault else 200)


def test_a_stream_can_be_held_in_the_middle(providers: Providers, client: httpx.Client) -> None:
    """The first piece is there before the test lets the others go."""
    hold = providers.openai.hold(midway=True)
    url = f"{providers.openai.api_url}/chat/completions"
    body = chat_body(stream=True)
    with client.stream("POST", url, headers=bearer(client, providers.openai), json=body) as answer:
        pieces = answer.iter_text()
        first = next(pieces)
        hold.reached()
        assert providers.openai.asked == ()
        hold.release()
        assert "[DONE]" not in first
        assert "".join(pieces).endswith("data: [DONE]\n\n")


def test_a_hold_that_nobody_reaches_says_so(providers: Providers) -> None:
    """In time, and naming what it was for."""
    with pytest.raises(HoldNotReached, match="embeddings"):
        providers.openai.hold(of="embeddings").reached(0.01)


def test_a_client_that_gives_up_is_noticed(providers: Providers, client: httpx.Client) -> None:
    """A held call whose client goes away is over at once, and leaves room for the next one."""
    openai = providers.openai
    openai.at_once = 1
    hold = openai.hold()
    with socket.create_connection(("127.0.0.1", int(openai.url.split(":")[2])), 10) as raw:
        body = json.dumps(chat_body()).encode()
        head = f"Authorization: Bearer {openai.key}\r\nContent-Length: {len(body)}\r\n\r\n"
        raw.sendall(b"POST /v1/chat/completions HTTP/1.1\r\n" + head.encode() + body)
        hold.reached()
    end = time.monotonic() + 10
    while not openai.asked and time.monotonic() < end:
        time.sleep(0.005)
    assert [asked.is_abandoned for asked in openai.asked] == [True]
    assert chat(client, openai).status_code == 200


def test_a_personal_plan_takes_one_call_at_a_time(
    providers: Providers, client: httpx.Client
) -> None:
    """The second of two is answered 429, chats and vectors alike; one after the other is fine."""
    gigachat = providers.gigachat
    gigachat.at_once = 1
    with gigachat.hold() as hold, ThreadPoolExecutor(1) as pool:
        first = pool.submit(chat, client, gigachat)
        hold.reached()
        assert embed(client, gigachat, "x").status_code == 429
        hold.release()
        assert first.result(10).status_code == 200
    assert gigachat.most_at_once == 2
    assert [embed(client, gigachat, "x").status_code for _ in range(3)] == [200, 200, 200]


def test_a_plan_is_not_exceeded_by_who_waits_for_answers(
    providers: Providers, client: httpx.Client
) -> None:
    """A client that asks when it has its answer is never told to be early, streams included."""
    providers.openai.at_once = 1
    lock = threading.Lock()

    def ask(number: int) -> int:
        with lock:
            return chat(client, providers.openai, stream=bool(number % 2)).status_code

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(ask, range(40))) == {200}
    assert providers.openai.most_at_once == 1


def test_a_provider_can_be_down(provider: Any, client: httpx.Client) -> None:
    """Connections are refused, and afterwards taken at the same address; others go on."""
    headers = bearer(client, provider)
    with provider.down(), new_client() as another, pytest.raises(httpx.ConnectError):
        chat(another, provider, headers=headers)
    with new_client() as another:
        assert chat(another, provider, headers=headers).status_code == 200


def test_an_outage_breaks_the_connections_there_are(providers: Providers) -> None:
    """Held calls end without an answer."""
    openai = providers.openai
    hold = openai.hold()
    with new_client() as client, ThreadPoolExecutor(1) as pool:
        asking = pool.submit(chat, client, openai)
        hold.reached()
        with openai.down(), pytest.raises(httpx.TransportError):
            asking.result(10)
    assert [asked.is_abandoned for asked in openai.asked] == [True]
