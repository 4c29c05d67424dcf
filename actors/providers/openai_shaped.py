"""A server of the OpenAI dialect: OpenRouter, Ollama, vLLM, gpt2giga, OpenAI."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeVar

from actors.providers.answers import (
    Answer,
    Vectors,
    body_of,
    chat_answer,
    embeddings_answer,
    refused_call,
)
from actors.providers.connection import Connection
from actors.providers.deadline import Put
from actors.providers.failure import KeyRefused
from actors.providers.streamed import Streamed

T = TypeVar("T")

TEMPERATURE = 0.3


class Access(Protocol):
    """What opens a server to us."""

    async def token(self) -> str | None:
        """Return what is sent as the bearer's token; None: nothing is. Raises `Failed`."""

    async def renewed(self, refused: str | None) -> str | None:
        """Return another token than one that was refused; None: there is none. Raises `Failed`."""


class Key:
    """A key that stays the same, or none."""

    def __init__(self, key: str | None) -> None:
        self._key = key

    async def token(self) -> str | None:
        """Return the key."""
        return self._key

    async def renewed(self, refused: str | None) -> str | None:  # noqa: ARG002  there is no other
        """Return nothing."""
        return None


class OpenAIShaped:
    """Asks one server of chats and embeddings. Whatever goes wrong is `Failed`."""

    def __init__(
        self,
        connection: Connection,
        url: str,
        *,
        access: Access,
        model: str,
        embedding_model: str,
        now: Callable[[], datetime],
        counts_streams: bool = True,
    ) -> None:
        """Describe a server, and whether it can be asked to count a stream's tokens."""
        self._connection = connection
        self._url = url
        self._access = access
        self._model = model
        self._embedding_model = embedding_model
        self._now = now
        self._counts_streams = counts_streams

    async def close(self) -> None:
        """Close every socket."""
        await self._connection.close()

    async def chat(self, system: str, prompt: str, most_tokens: int) -> Answer:
        """Return a model's whole answer."""
        read = await self._asked("/chat/completions", self._chat(system, prompt, most_tokens))
        return chat_answer(read, system + prompt)

    async def stream(self, system: str, prompt: str, most_tokens: int, put: Put) -> Answer:
        """Hand over an answer piece by piece, at the reader's pace, and return the whole of it."""
        asked = {**self._chat(system, prompt, most_tokens), "stream": True}
        if self._counts_streams:
            asked["stream_options"] = {"include_usage": True}
        return await self._authorised(
            lambda token: self._streamed(token, asked, system + prompt, put)
        )

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """Return a vector for each text."""
        asked = {"model": self._embedding_model, "input": list(texts)}
        return embeddings_answer(await self._asked("/embeddings", asked), texts)

    def _chat(self, system: str, prompt: str, most_tokens: int) -> dict[str, Any]:
        return {
            "model": self._model,
            "messages": [
                {"role": "system", "content": system},
                {"role": "user", "content": prompt},
            ],
            "temperature": TEMPERATURE,
            "max_tokens": most_tokens,
        }

    async def _asked(self, path: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        async def ask(token: str | None) -> dict[str, Any]:
            sent = await self._connection.send(self._url + path, _headers(token), _body(asked))
            return body_of(sent.status, sent.headers, sent.body, self._now())

        return await self._authorised(ask)

    async def _authorised(self, ask: Callable[[str | None], Awaitable[T]]) -> T:
        """Ask, and again with another token if there is one: a token may be withdrawn any time."""
        token = await self._access.token()
        try:
            return await ask(token)
        except KeyRefused:
            other = await self._access.renewed(token)
            if other is None:
                raise
        return await ask(other)

    async def _streamed(
        self, token: str | None, asked: Mapping[str, Any], prompt: str, put: Put
    ) -> Answer:
        url = self._url + "/chat/completions"
        opened = self._connection.streaming(url, _headers(token), _body(asked))
        async with opened as (response, pieces):
            headers = dict(response.headers)
            if not headers.get("content-type", "").startswith("text/event-stream"):
                body = b"".join([piece async for piece in pieces])
                read = body_of(response.status_code, headers, body, self._now())
                answer = chat_answer(read, prompt)
                await put(answer.text)
                return answer
            if response.status_code != 200:
                raise refused_call(response.status_code, headers, {}, self._now())
            streamed = Streamed(prompt, self._now())
            async for piece in pieces:
                if text := streamed.fed(piece):
                    await put(text)
                if streamed.done:
                    break
            return streamed.answer()


def _headers(token: str | None) -> dict[str, str]:
    json_headers = {"Content-Type": "application/json", "Accept": "application/json"}
    return json_headers if token is None else {**json_headers, "Authorization": f"Bearer {token}"}


def _body(asked: Mapping[str, Any]) -> bytes:
    # A lone surrogate, which Telegram lets pass, has no UTF-8.
    return json.dumps(asked, ensure_ascii=False).encode("utf-8", "replace")
