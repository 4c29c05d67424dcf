"""Providers that behave: their doors, and the shapes of their answers."""

import asyncio
import json
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest
import trustme

from sandbox.providers import (
    GigaChat,
    Illegal,
    OpenAI,
    OpenRouter,
    Providers,
    ProvidersNotRunning,
    vector,
)
from tests.sandbox.provider_clients import (
    TEXT,
    ask_token,
    bearer,
    chat,
    chat_body,
    embed,
    events,
    new_client,
)

TAGS = ["метро", "москве", "станции"]


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC).timestamp()

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def providers(clock: Clock) -> Iterator[Providers]:
    with Providers(clock=clock) as running:
        yield running


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with new_client() as opened:
        yield opened


@pytest.fixture(params=["gigachat", "openrouter", "openai"])
def provider(request: pytest.FixtureRequest, providers: Providers) -> Iterator[object]:
    """Each provider; a good client makes no mistakes."""
    yield getattr(providers, request.param)
    assert providers.mistakes == ()


def test_a_token_is_given_with_its_end(
    providers: Providers, client: httpx.Client, clock: Clock
) -> None:
    """The answer has a token, and in milliseconds when it ends: in half an hour."""
    given = ask_token(client, providers.gigachat)
    assert given.status_code == 200
    assert given.json()["expires_at"] == (clock.now + 1800) * 1000
    headers = {"Authorization": f"Bearer {given.json()['access_token']}"}
    assert chat(client, providers.gigachat, headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"RqUID": "1"}, 400, 3),
        ({"RqUID": "c232ab00-9414-11ec-b3c8-9f68deced846"}, 400, 3),
        ({"Authorization": "Bearer x"}, 400, 4),
        ({"Authorization": "Basic x"}, 401, 6),
        ({"scope": ""}, 400, 5),
        ({"scope": "ALL"}, 400, 1),
        ({"scope": "GIGACHAT_API_CORP"}, 400, 7),
    ],
)
def test_a_token_must_be_asked_for_properly(
    providers: Providers, client: httpx.Client, changed: dict[str, str], status: int, code: int
) -> None:
    """A wrong key, request id or scope is refused with its documented code."""
    refused = ask_token(client, providers.gigachat, **changed)
    assert (refused.status_code, refused.json()["code"]) == (status, code)


def test_tokens_end(providers: Providers, client: httpx.Client, clock: Clock) -> None:
    """A token is good until its last second, and 401 from then on; a new one is good."""
    gigachat = providers.gigachat
    old = bearer(client, gigachat)
    clock.now += 1799
    assert chat(client, gigachat, headers=old).status_code == 200
    clock.now += 1
    assert chat(client, gigachat, headers=old).status_code == 401
    new = bearer(client, gigachat)
    assert chat(client, gigachat, headers=new).status_code == 200
    gigachat.expire_tokens()
    assert chat(client, gigachat, headers=new).status_code == 401


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer x"}])
def test_a_wrong_key_is_refused(
    provider: GigaChat | OpenRouter | OpenAI, client: httpx.Client, header: dict[str, str]
) -> None:
    """Whatever the rules say, and without using them up."""
    provider.next(Illegal())
    assert chat(client, provider, headers=header).status_code == 401
    with pytest.raises(httpx.RemoteProtocolError):
        chat(client, provider)


def test_an_answer_has_a_choice_a_model_and_the_usage(
    provider: GigaChat | OpenRouter | OpenAI, client: httpx.Client
) -> None:
    """The tags of the user's message, as every dialect words them."""
    said = chat(client, provider).json()
    assert json.loads(said["choices"][0]["message"]["content"]) == TAGS
    assert said["choices"][0]["finish_reason"] == "stop"
    usage = said["usage"]
    assert usage["prompt_tokens"] > usage["completion_tokens"] > 0
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]


def test_a_stream_has_the_same_answer_in_pieces(
    provider: GigaChat | OpenRouter | OpenAI, client: httpx.Client
) -> None:
    """Put together it is the answer, with the reason of its end and the usage in the last ones."""
    whole = chat(client, provider).json()
    response = chat(client, provider, stream=True)
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.headers["transfer-encoding"] == "chunked"
    sent = list(events(response))
    choices = [choice for event in sent for choice in event["choices"]]
    pieces = [choice["delta"].get("content", "") for choice in choices]
    assert len(pieces) > len(TAGS)
    assert "".join(pieces) == whole["choices"][0]["message"]["content"]
    ends = [choice["finish_reason"] for choice in choices if choice.get("finish_reason")]
    assert ends == ["stop"]
    assert [event["usage"] for event in sent if "usage" in event] == [whole["usage"]]
    assert "usage" in sent[-1]


def test_the_model_is_named_as_each_provider_does(
    providers: Providers, client: httpx.Client
) -> None:
    """GigaChat adds the version, its proxy and the others do not."""
    url = f"{providers.gigachat.proxy_url}/chat/completions"
    assert chat(client, providers.gigachat).json()["model"] == "GigaChat:2.0.28.2"
    assert client.post(url, json=chat_body()).json()["model"] == "GigaChat"
    assert chat(client, providers.openrouter, model="a/b:free").json()["model"] == "a/b:free"


def test_openrouter_says_that_it_is_working(providers: Providers, client: httpx.Client) -> None:
    """A comment comes before the first event of a stream."""
    assert chat(client, providers.openrouter, stream=True).text.startswith(": OPENROUTER")


def test_the_proxy_needs_no_key(providers: Providers, client: httpx.Client) -> None:
    """Chats and vectors at /v1, worded as OpenAI does, in the same record as the others."""
    gigachat = providers.gigachat
    said = client.post(f"{gigachat.proxy_url}/chat/completions", json=chat_body()).json()
    assert json.loads(said["choices"][0]["message"]["content"]) == TAGS
    body = {"model": "EmbeddingsGigaR", "input": "one text"}
    made = client.post(f"{gigachat.proxy_url}/embeddings", json=body).json()
    assert made["data"][0]["embedding"] == vector("one text", 2560)
    assert made["usage"]["prompt_tokens"] == 2
    assert [asked.path for asked in gigachat.asked] == ["/v1/chat/completions", "/v1/embeddings"]


def test_gigachat_embeds_in_2560_numbers(providers: Providers, client: httpx.Client) -> None:
    """A vector for each text in order, each with its own usage."""
    made = embed(client, providers.gigachat, "one", "another").json()
    assert [entry["index"] for entry in made["data"]] == [0, 1]
    assert [entry["embedding"] for entry in made["data"]] == [
        vector("one", 2560),
        vector("another", 2560),
    ]
    assert [entry["usage"]["prompt_tokens"] for entry in made["data"]] == [1, 2]


def test_the_dimension_of_others_can_be_chosen(providers: Providers, client: httpx.Client) -> None:
    """At the start and while it runs."""
    for dimension in (providers.openai.dimension, 384):
        providers.openai.dimension = dimension
        made = embed(client, providers.openai, "one", model="nomic-embed-text").json()
        assert made["data"][0]["embedding"] == vector("one", dimension)
        assert made["usage"]["total_tokens"] == 1


def test_a_model_that_does_not_exist_is_refused(providers: Providers, client: httpx.Client) -> None:
    """404, for chats and for vectors."""
    assert chat(client, providers.gigachat, model="Gigachat").status_code == 404
    assert embed(client, providers.gigachat, "x", model="GigaChat").status_code == 404


def test_models_are_listed(provider: GigaChat | OpenRouter | OpenAI, client: httpx.Client) -> None:
    """By their ids."""
    url = f"{provider.api_url}/models"
    listed = client.get(url, headers=bearer(client, provider)).json()["data"]
    assert tuple(model["id"] for model in listed) == provider.models != ()


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer x"}])
def test_a_server_without_a_key_asks_for_none(client: httpx.Client, header: dict[str, str]) -> None:
    """As those on one's own machine; one that is sent all the same does no harm."""
    with Providers(openai_key=None) as providers:
        assert chat(client, providers.openai, headers=header).status_code == 200


def test_calls_are_recorded_when_their_answers_arrive(
    providers: Providers, client: httpx.Client
) -> None:
    """Path, model, messages, texts and what became of it; the texts are not in its repr."""
    chat(client, providers.openai, model="llama3.2", stream=True)
    (asked,) = providers.openai.asked
    assert (asked.kind, asked.path, asked.model) == ("chat", "/v1/chat/completions", "llama3.2")
    assert (asked.messages, asked.texts, asked.prompt) == (2, ("Be brief.", TEXT), TEXT)
    assert (asked.is_streamed, asked.status, asked.fault, asked.number) == (True, 200, None, 1)
    assert "Метро" not in repr(asked)


@pytest.mark.parametrize(
    "body",
    [
        "[]",
        "{",
        '{"messages": [{"role": "user", "content": "x"}]}',
        '{"model": "m", "messages": []}',
        '{"model": "m", "messages": [{"role": "user"}]}',
        '{"model": "m", "messages": [{"role": "boss", "content": "x"}]}',
    ],
)
def test_what_makes_no_sense_is_a_mistake(
    providers: Providers, client: httpx.Client, body: str
) -> None:
    """422, and listed; the provider goes on."""
    url = f"{providers.openai.api_url}/chat/completions"
    assert client.post(url, content=body).status_code == 422
    assert len(providers.mistakes) == 1
    assert chat(client, providers.openai).status_code == 200


def test_what_is_not_served_is_a_mistake(providers: Providers, client: httpx.Client) -> None:
    """404 for a path, 405 for a method, both listed."""
    assert client.get(f"{providers.openrouter.url}/v2").status_code == 404
    assert client.get(f"{providers.openai.api_url}/embeddings").status_code == 405
    assert providers.mistakes == ("GET /v2 is not served", "GET /v1/embeddings is not served")


def test_gigachat_can_be_sealed_by_an_authority_of_ones_own(client: httpx.Client) -> None:
    """Who trusts that authority is served, and who does not breaks off."""
    authority = trustme.CA()
    sealed = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(sealed)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    with Providers(gigachat_tls=sealed) as providers:
        assert providers.gigachat.url.startswith("https://")
        assert providers.openrouter.url.startswith("http://")
        with new_client(trusting) as insider:
            assert chat(insider, providers.gigachat).status_code == 200
        with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            ask_token(client, providers.gigachat)


def test_providers_leave_nothing_behind(client: httpx.Client) -> None:
    """No thread and no port is left after a stop; entered again, they have the same ports."""
    providers = Providers()
    with pytest.raises(ProvidersNotRunning, match="with Providers"):
        _ = providers.openai.url
    threads = threading.active_count()
    seen = set()
    for _ in range(3):
        with providers:
            seen.add(providers.openai.url)
            assert chat(client, providers.openai).status_code == 200
        with pytest.raises(httpx.ConnectError):
            chat(client, providers.openai)
    assert threading.active_count() == threads
    assert len(seen) == 1
    with pytest.raises(ProvidersNotRunning), providers.openai.down():
        pytest.fail("it is not running")


@pytest.mark.anyio
async def test_providers_run_on_a_loop_that_is_there() -> None:
    """With `async with`, on no thread of their own; outages included."""
    threads = threading.active_count()
    async with Providers(openai_key=None) as providers:
        assert threading.active_count() == threads
        url = f"{providers.openai.api_url}/chat/completions"
        assert await _status(url) == 200
        with providers.openai.down(), pytest.raises(httpx.ConnectError):
            await _status(url)
        assert await _status(url) == 200


@pytest.mark.anyio
async def test_the_end_breaks_the_calls_that_are_held() -> None:
    """On a loop that goes on, too: who waits for an answer is told at once that there is none."""
    async with Providers(openai_key=None) as providers:
        hold = providers.openai.hold()
        asking = asyncio.create_task(_status(f"{providers.openai.api_url}/chat/completions"))
        await asyncio.to_thread(hold.reached)
    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        await asking
    assert [asked.is_abandoned for asked in providers.openai.asked] == [True]


async def _status(url: str) -> int:
    async with httpx.AsyncClient(timeout=10) as client:
        return (await client.post(url, json=chat_body())).status_code
