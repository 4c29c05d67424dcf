"""Where vectors may be kept; what opens them there loads when it is needed."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import anyio.to_thread

from storage.vectors.port import VectorStore

if TYPE_CHECKING:
    from storage.vectors.edge import EdgeStore
    from storage.vectors.server import ServerStore


class VectorsHome(Protocol):
    """Where vectors are kept."""

    @property
    def where(self) -> str:
        """Tell it to people."""

    def unused(self) -> bool:
        """Whether nothing was ever kept there, so that there is nothing to look after."""

    async def open(self) -> VectorStore:
        """Open the store for the running loop."""


@dataclass(frozen=True, slots=True)
class EmbeddedVectors:
    """A folder in the data folder; what the house's lock keeps others out of."""

    data: Path

    @property
    def where(self) -> str:
        """Return the folder."""
        return str(self.data / "vectors")

    def unused(self) -> bool:
        """Whether there is no folder yet."""
        return not (self.data / "vectors").exists()

    async def open(self) -> VectorStore:
        """Load the engine and open the folder."""
        store = await anyio.to_thread.run_sync(_load_embedded)
        return await store.open(self.data / "vectors")


@dataclass(frozen=True, slots=True)
class ServedVectors:
    """A Qdrant server."""

    where: str
    key: str | None = field(default=None, repr=False)

    def unused(self) -> bool:
        """Whoever names a server wishes to know whether it answers."""
        return False

    async def open(self) -> VectorStore:
        """Load Qdrant's client and prepare to speak with the server."""
        store = await anyio.to_thread.run_sync(_load_served)
        return await store.open(self.where, self.key)


def _load_embedded() -> type[EdgeStore]:
    from storage.vectors.edge import EdgeStore  # noqa: PLC0415  36 MB of code, when it is needed

    return EdgeStore


def _load_served() -> type[ServerStore]:
    from storage.vectors.server import ServerStore  # noqa: PLC0415  a second, 90 MB, with grpc

    return ServerStore
