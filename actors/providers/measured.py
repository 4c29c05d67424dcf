"""The vectors of one embedding model: their number of numbers is learned once, then enforced."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from actors.providers.account import Account
from actors.providers.answering import Embeds, embed
from actors.providers.answers import Vectors
from actors.providers.failure import broken
from actors.providers.outcomes import Embedded, Priority

PROBE = "Проба пера"


class Measured:
    """Embeds with one model, and lets no vector of another length pass."""

    def __init__(self, account: Account, embeds: Embeds, dimension: int | None = None) -> None:
        self._account = account
        self._embeds = embeds
        self._dimension = dimension
        self._probing = asyncio.Lock()

    @property
    def provider(self) -> str:
        """Who embeds."""
        return self._account.name

    @property
    def model(self) -> str:
        """The model's name as it is configured."""
        return self._account.models["embeddings"]

    @property
    def known(self) -> tuple[str, int] | None:
        """The model and its dimension, if that is known."""
        return None if self._dimension is None else (self.model, self._dimension)

    async def described(self) -> tuple[str, int]:
        """Return the model and its dimension, which one request may have to find out.

        Raises `Failed`.
        """
        return self.model, await self._learned(Priority.INDEX)

    async def embedded(self, texts: Sequence[str], priority: Priority) -> Embedded:
        """Return a vector for each text; raises `Failed`."""
        await self._learned(priority)
        return await embed(self._account, self, texts, priority)

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """Have texts embedded, and check what comes back; raises `Failed`."""
        made = await self._embeds.embed(texts)
        if len(made.vectors) != len(texts):
            raise broken("answered with another number of vectors")
        expected = self._dimension or len(made.vectors[0])
        if any(len(vector) != expected for vector in made.vectors):
            raise broken(f"answered with vectors that have not {expected} numbers")
        return made

    async def _learned(self, priority: Priority) -> int:
        async with self._probing:
            if self._dimension is None:
                probe = await embed(self._account, self, (PROBE,), priority)
                self._dimension = len(probe.vectors[0])
            return self._dimension
