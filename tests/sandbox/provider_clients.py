"""What a program that calls the sandbox's providers over HTTP does, for the tests."""

import json
import ssl
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import uuid4

import httpx

from sandbox.providers import GigaChat, OpenAI, OpenRouter

SCOPE = "GIGACHAT_API_PERS"
TEXT = "Метро в Москве: станции метро в Москве, станции."


_TRUST = ssl.create_default_context()  # reading the authorities takes longer than most tests


def new_client(trust: ssl.SSLContext = _TRUST) -> httpx.Client:
    """A client with a deadline."""
    return httpx.Client(timeout=10, verify=trust)


def ask_token(client: httpx.Client, gigachat: GigaChat, **changed: str) -> httpx.Response:
    """Ask for a token as documented, but for what is changed."""
    headers = {"Authorization": f"Basic {gigachat.key}", "RqUID": str(uuid4())}
    form = {"scope": changed.pop("scope", SCOPE)}
    return client.post(gigachat.oauth_url, headers={**headers, **changed}, data=form)


def bearer(client: httpx.Client, provider: GigaChat | OpenRouter | OpenAI) -> dict[str, str]:
    """The header that opens a provider's door."""
    if isinstance(provider, GigaChat):
        return {"Authorization": f"Bearer {ask_token(client, provider).json()['access_token']}"}
    return {"Authorization": f"Bearer {provider.key}"}


def chat_body(text: str = TEXT, model: str = "GigaChat", **more: Any) -> dict[str, Any]:
    """The body of a chat with a system's and a user's message."""
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": text}]
    return {"model": model, "messages": messages, **more}


def chat(
    client: httpx.Client,
    provider: GigaChat | OpenRouter | OpenAI,
    text: str = TEXT,
    *,
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> httpx.Response:
    """Ask for an answer."""
    opened = bearer(client, provider) if headers is None else headers
    url = f"{provider.api_url}/chat/completions"
    return client.post(url, headers=opened, json=chat_body(text, **more))


def embed(
    client: httpx.Client, provider: GigaChat | OpenAI, *texts: str, model: str = "EmbeddingsGigaR"
) -> httpx.Response:
    """Ask for vectors."""
    body = {"model": model, "input": list(texts)}
    url = f"{provider.api_url}/embeddings"
    return client.post(url, headers=bearer(client, provider), json=body)


def events(response: httpx.Response) -> Iterator[dict[str, Any]]:
    """The events of a stream; it must end as it should."""
    lines = [line for line in response.text.split("\n\n") if line and not line.startswith(":")]
    assert lines[-1] == "data: [DONE]"
    for line in lines[:-1]:
        yield json.loads(line.removeprefix("data: "))
