"""What whoever watches a house looks at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from actors.watching_messages import ObserveFreshness

if TYPE_CHECKING:
    from actors.messages import StoreMessage
    from runtime import ActorRef
    from storage.freshness import Observed


class Watching:
    """Tells how fresh the archive is. Every method may be called from any thread."""

    @property
    def store(self) -> ActorRef[StoreMessage]:
        """The actor that owns the database."""
        raise NotImplementedError

    async def freshness(self, *, timeout: float = 30.0) -> Observed:
        """How fresh the archive is, as its rows show; within so many seconds."""
        return await self.store.ask(ObserveFreshness(), timeout=timeout)
