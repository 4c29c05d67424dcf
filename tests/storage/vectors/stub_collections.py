"""The collections of the stub: Qdrant's models in, Qdrant's models out, its engine between."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import qdrant_edge as engine
from qdrant_client import models
from qdrant_client.http import models as http_models

from storage.vectors.engine import edge_filter

DONE = {"operation_id": 1, "status": "completed"}


class Missing(Exception):
    """There is no such collection."""


class Taken(Exception):
    """There is one already."""


class Collection:
    """One collection."""

    def __init__(self, folder: Path, asked: models.CreateCollection) -> None:
        vectors = asked.vectors
        assert isinstance(vectors, models.VectorParams)
        self.vectors, self.metadata = vectors, asked.metadata
        self.fields: dict[str, int] = {}
        params = engine.EdgeVectorParams(size=vectors.size, distance=engine.Distance.Cosine)
        self.shard = engine.EdgeShard.create(str(folder), engine.EdgeConfig(vectors=params))


class Collections:
    """All of them; each method answers one kind of request."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made = 0
        self.all: dict[str, Collection] = {}

    def close(self) -> None:
        """Close them."""
        for each in self.all.values():
            each.shard.close()

    def names(self) -> Any:
        return models.CollectionsResponse(
            collections=[models.CollectionDescription(name=name) for name in self.all]
        )

    def create(self, name: str, asked: models.CreateCollection) -> Any:
        if name in self.all:
            raise Taken(name)
        self._made += 1
        self.all[name] = Collection(self._folder / str(self._made), asked)
        return True

    def drop(self, name: str) -> Any:
        gone = self.all.pop(name, None)
        if gone is not None:
            gone.shard.close()
        return gone is not None

    def info(self, name: str) -> Any:
        collection = self._find(name)
        points = collection.shard.count(engine.CountRequest())
        config = models.CollectionConfig(
            params=models.CollectionParams(vectors=collection.vectors),
            hnsw_config=models.HnswConfig(m=16, ef_construct=100, full_scan_threshold=10_000),
            optimizer_config=models.OptimizersConfig(
                default_segment_number=0, flush_interval_sec=5
            ),
            metadata=collection.metadata,
        )
        kind = models.PayloadSchemaType.INTEGER
        return models.CollectionInfo(
            status=models.CollectionStatus.GREEN,
            optimizer_status=models.OptimizersStatusOneOf.OK,
            segments_count=1,
            points_count=points,
            config=config,
            payload_schema={
                field: models.PayloadIndexInfo(data_type=kind, points=points)
                for field in collection.fields
            },
        )

    def index(self, name: str, asked: models.CreateFieldIndex) -> Any:
        assert asked.field_schema == models.PayloadSchemaType.INTEGER
        kind = engine.IntegerIndexParams(lookup=True, range=True)
        collection = self._find(name)
        collection.shard.update(engine.UpdateOperation.create_field_index(asked.field_name, kind))
        collection.fields[asked.field_name] = 1
        return DONE

    def upsert(self, name: str, asked: models.PointsList) -> Any:
        points = [
            engine.Point(id=each.id, vector=each.vector, payload=each.payload)  # type: ignore[arg-type]
            for each in asked.points
        ]
        self._find(name).shard.update(engine.UpdateOperation.upsert_points(points))
        return DONE

    def delete(self, name: str, asked: models.FilterSelector) -> Any:
        operation = engine.UpdateOperation.delete_points_by_filter(_filter(asked.filter))
        self._find(name).shard.update(operation)
        return DONE

    def count(self, name: str, asked: models.CountRequest) -> Any:
        request = engine.CountRequest(exact=bool(asked.exact), filter=_filter(asked.filter))
        return models.CountResult(count=self._find(name).shard.count(request))

    def scroll(self, name: str, asked: models.ScrollRequest) -> Any:
        request = engine.ScrollRequest(
            offset=asked.offset,
            limit=asked.limit,
            filter=_filter(asked.filter),
            with_payload=_chosen(asked.with_payload),
            with_vector=bool(asked.with_vector),
        )
        records, following = self._find(name).shard.scroll(request)
        return models.ScrollResult(
            points=[
                models.Record(id=str(each.id), payload=each.payload, vector=each.vector)  # type: ignore[arg-type]
                for each in records
            ],
            next_page_offset=None if following is None else str(following),
        )

    def query(self, name: str, asked: models.QueryRequest) -> Any:
        assert isinstance(asked.query, models.NearestQuery)
        request = engine.QueryRequest(
            limit=asked.limit or 10,
            query=engine.Query.Nearest(asked.query.nearest),  # type: ignore[arg-type]
            filter=_filter(asked.filter),
            with_payload=_chosen(asked.with_payload),
        )
        found = self._find(name).shard.query(request)
        return http_models.QueryResponse(
            points=[
                models.ScoredPoint(
                    id=str(each.id), version=0, score=each.score, payload=each.payload
                )
                for each in found
            ]
        )

    def _find(self, name: str) -> Collection:
        if name not in self.all:
            raise Missing(name)
        return self.all[name]


def _filter(asked: models.Filter | None) -> Any:
    return None if asked is None else edge_filter(asked.model_dump(exclude_none=True))


def _chosen(asked: Any) -> Any:
    return engine.PayloadSelector.Include(asked) if isinstance(asked, list) else bool(asked)
