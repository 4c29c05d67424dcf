"""What differs between providers' answers and errors."""

import math
from collections.abc import Sequence
from typing import Any, Protocol, TypeAlias

Body: TypeAlias = dict[str, Any]
Headers: TypeAlias = tuple[tuple[str, str], ...]


class Dialect(Protocol):
    """What differs between providers."""

    blocked: str
    """The finish_reason of a refusal."""
    greeting: bytes
    """What comes before the first event of a stream."""

    def returned(self, model: str) -> str:
        """What a model is called in its answer."""
        ...

    def error(self, status: int, message: str | None = None) -> Body:
        """A refusal."""
        ...

    def busy(self, now: float, reset_in: float | None) -> tuple[Headers, Body]:
        """Too many calls; `now` is in seconds since the epoch."""
        ...

    def completion(self, model: str, text: str, finish: str, usage: Body, now: float) -> Body:
        """A whole answer."""
        ...

    def events(
        self, model: str, pieces: Sequence[str], finish: str, usage: Body, now: float
    ) -> list[Body]:
        """An answer in pieces."""
        ...

    def embeddings(
        self, model: str, vectors: Sequence[Sequence[float]], counts: Sequence[int]
    ) -> Body:
        """Vectors, with the tokens of each text."""
        ...


def retry_after(reset_in: float | None) -> Headers:
    """When to come again, in whole seconds, if that is told."""
    return () if reset_in is None else (("Retry-After", str(math.ceil(reset_in))),)


def numbered(vectors: Sequence[Sequence[float]]) -> list[Body]:
    """Vectors as a list of what each is the answer to."""
    return [
        {"object": "embedding", "index": index, "embedding": list(numbers)}
        for index, numbers in enumerate(vectors)
    ]
