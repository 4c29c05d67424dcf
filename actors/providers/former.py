"""The model of this machine, while an index that it has made still answers."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import datetime

import anyio

from actors.providers.local_account import Local, MakeLocal, local_account
from actors.providers.measured import Measured


class Former:
    """Embeds as before, for questions to posts that another model is only about to index."""

    def __init__(self, make: MakeLocal, held: AsyncExitStack, now: Callable[[], datetime]) -> None:
        self._make = make
        self._held = held
        self._now = now
        self._starting = anyio.Lock()
        self._measured: Measured | None = None

    async def by(self, model: str) -> Measured | None:
        """Return who embeds with a model; None if it is not this machine's."""
        async with self._starting:
            if self._measured is None:
                embeddings, _ = self._make()
                if embeddings.model != model:
                    return None
                self._held.push_async_callback(embeddings.close)
                await embeddings.start()
                account = local_account(embeddings.model, tags=False, now=self._now)
                self._measured = Measured(account, Local(embeddings), embeddings.dimension)
        return self._measured if self._measured.model == model else None
