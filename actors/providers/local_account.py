"""The models on this machine, asked as a provider is."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import datetime

from actors.providers.account import Account, Service
from actors.providers.allowance import Allowance
from actors.providers.answering import TAG_SECONDS
from actors.providers.answers import Vectors
from actors.providers.deadline import within
from actors.providers.failure import broken
from actors.providers.outcomes import Priority, Spent, Tagged
from actors.providers.ports import Embeddings, EmbeddingsDown, Tagger

LOCAL = "local"

MakeLocal = Callable[[], tuple[Embeddings, Tagger]]
"""Makes the models of this machine; does no input or output."""

FREE = Spent(provider=LOCAL, model=LOCAL, prompt_tokens=0, completion_tokens=0)


def local_models() -> tuple[Embeddings, Tagger]:
    """Make the models of this machine, which are loaded at their first use."""
    from actors.providers.embedding import LocalEmbeddings  # noqa: PLC0415  not everybody needs it
    from actors.providers.local import LocalTagger  # noqa: PLC0415

    embeddings = LocalEmbeddings()
    return embeddings, LocalTagger(embeddings)


class Local:
    """The embedding model on this machine."""

    def __init__(self, embeddings: Embeddings) -> None:
        self._embeddings = embeddings

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """Return a vector for each text; raises `Failed`."""
        try:
            vectors = await self._embeddings.embed(texts)
        except EmbeddingsDown as down:
            raise broken(f"does not answer ({down.why})") from None
        if not all(all(map(math.isfinite, vector)) for vector in vectors):
            raise broken("answered with vectors of what are no numbers")
        spent = Spent(
            provider=LOCAL, model=self._embeddings.model, prompt_tokens=0, completion_tokens=0
        )
        return Vectors(vectors=tuple(vectors), spent=spent)


def local_account(
    embedding_model: str | None, *, tags: bool, now: Callable[[], datetime]
) -> Account:
    """Return the line before this machine's models; one request at a time, as they work."""
    models: dict[Service, str] = {}
    if tags:
        models["tags"] = LOCAL
    if embedding_model is not None:
        models["embeddings"] = embedding_model
    return Account(LOCAL, models, at_once=1, allowance=Allowance(), settings={}, now=now)


async def local_tags(account: Account, tagger: Tagger, text: str, channel: int | None) -> Tagged:
    """Have a text tagged on this machine; raises `Failed`."""

    async def work() -> Tagged:
        try:
            tags = await within(TAG_SECONDS, tagger.tag(text, channel))
        except EmbeddingsDown as down:
            raise broken(f"does not answer ({down.why})") from None
        return Tagged(tags=tags, spent=FREE)

    return await account.call("tags", Priority.TAG, work)
