"""Vectors near to known ones, and how fast they are written."""

from __future__ import annotations

import shutil
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from qdrant_client import QdrantClient, models

from bot.evaluation.archive import CHANNEL
from storage.vectors.edge import EdgeStore
from storage.vectors.points import payload, point_id
from storage.vectors.port import Point

AT_ONCE = 1_000
"""Points that are written together while a collection is filled."""
NOISE = 0.02
"""By how much each number of a vector is moved: its cosine to where it was is about .9."""
BATCHES = {36: 3, 256: 1}
"""How many upserts of how many points are compared: of what a parse may bring, of a backfill."""

Vector = tuple[float, ...]


async def known(folder: Path, posts: int) -> list[Vector]:
    """Return the vectors of the first posts."""
    async with _opened(folder) as (store, name):
        found = [await store.vector(name, CHANNEL, post) for post in range(1, posts + 1)]
    return [vector for vector in found if vector is not None]


async def added(folder: Path, near: Sequence[Vector], held: int, size: int) -> None:
    """Write a vector for each post from `held` on, near to the one of a post with its text."""
    async with _opened(folder) as (store, name):
        for start in range(held + 1, size + 1, AT_ONCE):
            stop = min(start + AT_ONCE, size + 1)
            await store.upsert(name, list(_points(near, range(start, stop))))


async def upserts(near: Sequence[Vector], scratch: Path) -> dict[str, float]:
    """Write the same batches by the embedded store and by qdrant-client's local mode."""
    found: dict[str, float] = {}
    for size, times in BATCHES.items():
        batches = [
            list(_points(near, range(start, start + size)))
            for start in range(1, 1 + size * times, size)
        ]
        ours = await _edge(scratch / "edge", batches)
        theirs = _local_mode(scratch / "local", batches)
        found |= {f"upsert_{size}": theirs / ours, f"upsert_{size}_ms": ours * 1000}
    return found


async def _edge(folder: Path, batches: Sequence[Sequence[Point]]) -> float:
    """Return the seconds of the quickest batch, which other load on the machine changes least."""
    store = await EdgeStore.open(folder)
    try:
        await store.ensure("bench", len(batches[0][0].vector))
        times = []
        for batch in batches:
            began = time.perf_counter()
            await store.upsert("bench", batch)
            times.append(time.perf_counter() - began)
        return min(times)
    finally:
        await store.close()
        shutil.rmtree(folder)


def _local_mode(folder: Path, batches: Sequence[Sequence[Point]]) -> float:
    client = QdrantClient(path=str(folder))
    size = len(batches[0][0].vector)
    params = models.VectorParams(size=size, distance=models.Distance.COSINE)
    client.create_collection("bench", vectors_config=params)
    times = []
    for batch in batches:
        began = time.perf_counter()
        client.upsert("bench", [_struct(point) for point in batch])
        times.append(time.perf_counter() - began)
    client.close()
    shutil.rmtree(folder)
    return min(times)


def _struct(point: Point) -> Any:
    return models.PointStruct(
        id=str(point_id(point)), vector=list(point.vector), payload=payload(point)
    )


@asynccontextmanager
async def _opened(folder: Path) -> AsyncIterator[tuple[EdgeStore, str]]:
    """Open the only collection of a data folder that nobody else has open."""
    store = await EdgeStore.open(folder)
    try:
        (name,) = await store.collections()
        yield store, name
    finally:
        await store.close()


def _points(near: Sequence[Vector], posts: Sequence[int]) -> Iterator[Point]:
    """Yield a point for each post; a post's text is the one so many before it."""
    base = np.asarray([near[(post - 1) % len(near)] for post in posts])
    moved = base + np.random.default_rng(posts[0]).normal(scale=NOISE, size=base.shape)
    moved /= np.linalg.norm(moved, axis=1, keepdims=True)
    for post, vector in zip(posts, moved.tolist(), strict=True):
        yield Point(
            channel_id=CHANNEL,
            post_id=post,
            part=0,
            published_at=datetime.now(UTC),
            vector=tuple(vector),
        )
