"""What the ProvidersActor needs of the models that run on this machine, and what it refuses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from runtime import Refusal


class EmbeddingsDown(Refusal):
    """The local embedding model does not answer ({why}). It is started anew at the next call; if
    it goes on, run `tgactors doctor`.
    """  # noqa: D205

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class EmbeddingsUnknown(Refusal):
    """It is not known yet how many numbers the vectors of {model} have: the provider {why}. Ask
    again later.
    """  # noqa: D205

    def __init__(self, model: str, why: str) -> None:
        super().__init__(model, why)
        self.model = model
        self.why = why


class TooManyTexts(Refusal):
    """{given} texts were to be embedded at once: give {most} at most, and the rest afterwards."""

    def __init__(self, given: int, most: int) -> None:
        super().__init__(given, most)
        self.given = given
        self.most = most


class Embeddings(Protocol):
    """A local embedding model. Everything is called on one loop; calls may overlap."""

    @property
    def model(self) -> str:
        """The model's name, as collections are named after it."""

    @property
    def dimension(self) -> int:
        """How many numbers a vector has."""

    async def start(self) -> None:
        """Get ready without waiting for the model: it is loaded at first use, or by `warm`."""

    async def warm(self) -> None:
        """Load the model; raises `EmbeddingsDown`."""

    async def embed(self, texts: Sequence[str]) -> list[tuple[float, ...]]:
        """Return a vector for each text, 32 at most, in their order; raises `EmbeddingsDown`."""

    async def close(self) -> None:
        """End the model's process; nothing of it is left. Closing twice does nothing."""


class Tagger(Protocol):
    """A tagger that needs no provider."""

    async def tag(self, text: str, channel: int | None) -> tuple[str, ...]:
        """Return tags for a text of a channel, none for a text without content."""
