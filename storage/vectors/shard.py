"""One collection in a folder of its own, by Qdrant's engine in this process; its calls block."""

from __future__ import annotations

import json
import shutil
import time
import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import qdrant_edge as engine

from storage.vectors.engine import edge_filter, translated
from storage.vectors.errors import CollectionBroken, VectorsError, VectorsFull
from storage.vectors.filters import Filter, is_within, within
from storage.vectors.points import INDEXED, payload, point_id
from storage.vectors.port import Near, Point, Scope
from storage.vectors.ranking import near

ABOUT = "collection.json"
PAGE = 1_000
FLUSH_SECONDS = 5.0
OVERSAMPLING = 3.0
"""How many times what is wanted is chosen by rough vectors, to be compared by the exact ones."""
WIDE_FROM = 0.25
"""Share of all points from which on looking at all of them is quicker than asking for a scope's."""
SPARE = 2
"""How many times what is likely to be left out is looked through."""
WIDEST = 1_000
"""Points that such a look returns at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What is written down beside the vectors when a collection is made."""

    epoch: str
    dimension: int

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """Read it; None if there is no collection in the folder."""
        try:
            return cls(**json.loads((folder / ABOUT).read_text(encoding="utf-8")))
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, ValueError, TypeError) as error:
            raise CollectionBroken(str(folder), str(error)) from error


class Shard:
    """A collection that is open. Any thread may read while one writes.

    Never optimised: that holds the interpreter's lock for seconds, and filtered searches do
    without. https://pypi.org/project/qdrant-edge-py/
    """

    def __init__(self, folder: Path, about: About, shard: Any) -> None:
        self.folder = folder
        self.about = about
        self._shard = shard
        self._flushed = time.monotonic()
        self._closed = False

    @classmethod
    def create(cls, folder: Path, dimension: int) -> None:
        """Make an empty collection; killed before it is complete, it leaves none."""
        part = folder.with_name(f".new-{uuid.uuid4().hex}")
        vectors = engine.EdgeVectorParams(
            size=dimension,
            distance=engine.Distance.Cosine,
            quantization_config=engine.TurboQuantQuantizationConfig(),  # an eighth to look at
        )
        about = About(epoch=str(uuid.uuid4()), dimension=dimension)
        with translated(part):
            shard = engine.EdgeShard.create(str(part), engine.EdgeConfig(vectors=vectors))
            try:
                for field in INDEXED:  # before any point; of graphs nothing but their cost is left
                    kind = engine.IntegerIndexParams(lookup=True, range=True, enable_hnsw=False)
                    shard.update(engine.UpdateOperation.create_field_index(field, kind))
                shard.flush()
            finally:
                shard.close()
            shape = {"epoch": about.epoch, "dimension": about.dimension}
            (part / ABOUT).write_text(json.dumps(shape), encoding="utf-8")
            part.rename(folder)

    @classmethod
    def open(cls, folder: Path) -> Self | None:
        """Open a collection; None if there is none in the folder. Refused if it is open.

        Without its segments the engine would open it with what its log still holds; the indexes
        are not in there.
        """
        about = About.read(folder)
        if about is None:
            return None
        with translated(folder):
            shard = engine.EdgeShard.load(str(folder))
            if not set(INDEXED) <= set(shard.info().payload_schema):
                shard.close()
                raise CollectionBroken(str(folder), "files of it are missing")
            return cls(folder, about, shard)

    def intact(self) -> bool:
        """Whether the folder still holds what was opened, and not another or none."""
        return About.read(self.folder) == self.about

    def write(self, points: Sequence[Point], gone: Filter | None = None) -> None:
        """Write points, then remove others.

        What is written outlives the death of this process at once. What a power cut takes are the
        last seconds, and comparing finds that out: a flush costs more than the writing of a batch.
        """
        with translated(self.folder):
            if points:
                made = [
                    engine.Point(id=point_id(each), vector=[*each.vector], payload=payload(each))
                    for each in points
                ]
                self._shard.update(engine.UpdateOperation.upsert_points(made))
            if gone is not None:
                meant = edge_filter(gone)
                self._shard.update(engine.UpdateOperation.delete_points_by_filter(meant))
            if time.monotonic() - self._flushed >= FLUSH_SECONDS:
                self._flush()

    def count(self, meant: Filter) -> int:
        """Count points, exactly."""
        with translated(self.folder):
            request = engine.CountRequest(exact=True, filter=edge_filter(meant))
            return int(self._shard.count(request))

    def posts(self, meant: Filter) -> frozenset[int]:
        """Return the ids of the posts that points belong to."""
        offset, found = None, set[int]()
        with translated(self.folder):
            while True:
                request = engine.ScrollRequest(
                    offset=offset, limit=PAGE, filter=edge_filter(meant), with_payload=True
                )
                records, offset = self._shard.scroll(request)
                found.update(record.payload["post_id"] for record in records)
                if offset is None:
                    return frozenset(found)

    def vector(self, meant: Filter) -> tuple[float, ...] | None:
        """Return the vector of a point, None if there is none."""
        with translated(self.folder):
            request = engine.ScrollRequest(limit=1, filter=edge_filter(meant), with_vector=True)
            records, _ = self._shard.scroll(request)
            return tuple(records[0].vector) if records else None

    def nearest(self, vector: Sequence[float], scope: Scope, limit: int) -> list[Near]:
        """Return the pieces of a scope nearest to a vector; the scope must name a channel.

        The engine holds the interpreter's lock meanwhile, so everything in this process waits. To
        look at 100,000 points takes it 2.5 ms, but 20 to find out which of them are within, should
        most be. Then the nearest of all are taken, less those that are not within; where that
        leaves too few, it is asked for those that are.
        """
        meant = edge_filter(within(scope))
        with translated(self.folder):
            wide = self._wide(meant, limit)
            if wide:
                found, is_meant = self._query(vector, wide), is_within(scope)
                seen = [each for each in found if is_meant(each.payload)]
                if len(seen) >= limit or len(found) < wide:
                    return [near(each.payload, each.score) for each in seen[:limit]]
            found = self._query(vector, limit, meant)
            return [near(each.payload, each.score) for each in found]

    def _wide(self, meant: Any, limit: int) -> int:
        """Return how many of all points to look through for so many that are meant; 0: do not."""
        whole, part = (
            self._shard.count(engine.CountRequest(exact=False, filter=each))
            for each in (None, meant)
        )
        if part < WIDE_FROM * whole or not part:
            return 0
        wide = limit + int(SPARE * limit * max(0.0, whole / part - 1))
        return wide if wide <= WIDEST else 0

    def _query(self, vector: Sequence[float], limit: int, meant: Any = None) -> Any:
        """Ask for the points nearest to a vector, among those of a filter of the engine's."""
        rough = engine.QuantizationSearchParams(rescore=True, oversampling=OVERSAMPLING)
        request = engine.QueryRequest(
            limit=limit,
            query=engine.Query.Nearest(list(vector)),
            filter=meant,
            params=engine.SearchParams(quantization=rough),
            with_payload=True,
        )
        return self._shard.query(request)

    def close(self) -> None:
        """Close it; who reads it meanwhile is told that it is missing. Harmless twice."""
        if not self._closed:
            self._closed = True
            with suppress(VectorsError), translated(self.folder):  # its folder may be gone
                self._flush()
        with translated(self.folder):
            self._shard.close()

    def _flush(self) -> None:
        self._shard.flush()
        self._flushed = time.monotonic()

    def drop(self) -> None:
        """Close it and remove its folder; killed meanwhile, it leaves no half of a collection."""
        self.close()
        remove(self.folder)


def remove(folder: Path) -> None:
    """Remove a collection's folder, if it is there."""
    gone = folder.with_name(f".old-{uuid.uuid4().hex}")
    with translated(folder):
        if folder.exists():
            folder.rename(gone)
            shutil.rmtree(gone)


def ensure_room(folder: Path, room: int) -> None:
    """Raise VectorsFull unless so many bytes are free.

    The engine writes through mapped memory: on a full disk that would kill the process, not fail.
    """
    with translated(folder / "any"):
        if shutil.disk_usage(folder).free < room:
            raise VectorsFull(str(folder))
