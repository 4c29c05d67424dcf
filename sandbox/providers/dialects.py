"""How each provider words its answers and errors, as plain values."""

import math
from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from sandbox.providers.dialect import Body, Headers, numbered, retry_after

_VERSION: Final = "2.0.28.2"  # the real service adds its models' versions to their names


class OpenAIDialect:
    """What OpenAI, and the many servers in its image, answer."""

    blocked = "content_filter"
    greeting = b""

    def returned(self, model: str) -> str:
        """A model is called as it was asked for."""
        return model

    def error(self, status: int, message: str | None = None) -> Body:
        """An object `error` with a message and a code."""
        said = message or HTTPStatus(status).phrase
        return {"error": {"message": said, "type": "error", "param": None, "code": status}}

    def busy(self, now: float, reset_in: float | None) -> tuple[Headers, Body]:
        """When to come again is in Retry-After, in whole seconds."""
        del now
        return retry_after(reset_in), self.error(429, "Rate limit reached")

    def completion(self, model: str, text: str, finish: str, usage: Body, now: float) -> Body:
        """One choice, and the usage."""
        message = {"role": "assistant", "content": text}
        choice = {"index": 0, "message": message, "finish_reason": finish}
        return {**_head("chat.completion", model, now), "choices": [choice], "usage": usage}

    def events(
        self, model: str, pieces: Sequence[str], finish: str, usage: Body, now: float
    ) -> list[Body]:
        """An event for each piece, one for the reason of the end, one for the usage alone."""
        head = _head("chat.completion.chunk", model, now)
        deltas: list[Body] = [{"content": piece} for piece in pieces]
        deltas[0]["role"] = "assistant"
        choices: list[Body] = [
            {"index": 0, "delta": delta, "finish_reason": None} for delta in deltas
        ]
        choices.append({"index": 0, "delta": {}, "finish_reason": finish})
        events = [{**head, "choices": [choice]} for choice in choices]
        return [*events, {**head, "choices": [], "usage": usage}]

    def embeddings(
        self, model: str, vectors: Sequence[Sequence[float]], counts: Sequence[int]
    ) -> Body:
        """A numbered list, and the usage of all."""
        total = sum(counts)
        return {
            "object": "list",
            "data": numbered(vectors),
            "model": model,
            "usage": {"prompt_tokens": total, "total_tokens": total},
        }


class OpenRouterDialect(OpenAIDialect):
    """What OpenRouter answers."""

    greeting = b": OPENROUTER PROCESSING\n\n"

    def error(self, status: int, message: str | None = None) -> Body:
        """An object `error` with a message and a code."""
        return {"error": {"message": message or HTTPStatus(status).phrase, "code": status}}

    def busy(self, now: float, reset_in: float | None) -> tuple[Headers, Body]:
        """When to come again is in the body, in milliseconds since the epoch."""
        body = self.error(429, "Rate limit exceeded: free-models-per-day")
        if reset_in is not None:
            body["error"]["metadata"] = {
                "headers": {
                    "X-RateLimit-Limit": "50",
                    "X-RateLimit-Remaining": "0",
                    "X-RateLimit-Reset": str(math.ceil((now + reset_in) * 1000)),
                },
            }
        return (), body

    def events(
        self, model: str, pieces: Sequence[str], finish: str, usage: Body, now: float
    ) -> list[Body]:
        """As OpenAI; the event of the usage has a choice that says nothing."""
        *events, last = super().events(model, pieces, finish, usage, now)
        empty = {"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": None}
        return [*events, {**last, "choices": [empty]}]


class ProxyDialect(OpenAIDialect):
    """What GigaChat answers through a proxy that speaks as OpenAI does."""

    blocked = "blacklist"


class GigaChatDialect:
    """What GigaChat itself answers."""

    blocked = "blacklist"
    greeting = b""

    def returned(self, model: str) -> str:
        """A model of chats is called with its version: GigaChat-2-Pro:2.0.28.2."""
        return (
            model
            if model.startswith("Embeddings")
            else f"{model.split(':', maxsplit=1)[0]}:{_VERSION}"
        )

    def error(self, status: int, message: str | None = None) -> Body:
        """A status and a message."""
        return {"status": status, "message": message or HTTPStatus(status).phrase}

    def busy(self, now: float, reset_in: float | None) -> tuple[Headers, Body]:
        """When to come again, if it says so, is in Retry-After."""
        del now
        return retry_after(reset_in), self.error(429)

    def completion(self, model: str, text: str, finish: str, usage: Body, now: float) -> Body:
        """One choice, and the usage."""
        message = {"role": "assistant", "content": text}
        choice = {"message": message, "index": 0, "finish_reason": finish}
        head = {"created": int(now), "model": model, "object": "chat.completion"}
        return {"choices": [choice], **head, "usage": usage}

    def events(
        self, model: str, pieces: Sequence[str], finish: str, usage: Body, now: float
    ) -> list[Body]:
        """An event for each piece; the last, without text, has the reason and the usage."""
        head = {"created": int(now), "model": model, "object": "chat.completion"}
        deltas: list[Body] = [{"content": piece} for piece in pieces]
        deltas[0]["role"] = "assistant"
        last = {"delta": {"content": ""}, "index": 0, "finish_reason": finish}
        events = [{"choices": [{"delta": delta, "index": 0}], **head} for delta in deltas]
        return [*events, {"choices": [last], **head, "usage": usage}]

    def embeddings(
        self, model: str, vectors: Sequence[Sequence[float]], counts: Sequence[int]
    ) -> Body:
        """A numbered list, each with its own usage; there is none of all."""
        data = [
            {**entry, "usage": {"prompt_tokens": used}}
            for entry, used in zip(numbered(vectors), counts, strict=True)
        ]
        return {"object": "list", "data": data, "model": model}


def _head(kind: str, model: str, now: float) -> Body:
    return {"id": "chatcmpl-sandbox", "object": kind, "created": int(now), "model": model}
