"""A collection on a Qdrant server: made if need be, and recognised."""

from __future__ import annotations

import uuid

from qdrant_client import AsyncQdrantClient, models
from qdrant_client.http.exceptions import UnexpectedResponse

from storage.vectors.asking import completed
from storage.vectors.errors import CollectionForeign, WrongDimension
from storage.vectors.points import INDEXED

EPOCH = "tgactors_epoch"
"""Where the epoch is in a collection's metadata."""


async def found(client: AsyncQdrantClient, collection: str, dimension: int) -> str:
    """Make a collection with its payload indexes unless it is there; return its epoch."""
    info = await _info(client, collection)
    if info is None:
        await _create(client, collection, dimension)
        info = await client.get_collection(collection)
    epoch = _epoch(collection, dimension, info)
    for field in sorted(set(INDEXED) - set(info.payload_schema)):  # all of them, after a crash
        kind = models.PayloadSchemaType.INTEGER
        completed(await client.create_payload_index(collection, field, kind, wait=True))
    return epoch


async def _info(client: AsyncQdrantClient, collection: str) -> models.CollectionInfo | None:
    try:
        return await client.get_collection(collection)
    except UnexpectedResponse as error:
        if error.status_code != 404:
            raise
        return None


async def _create(client: AsyncQdrantClient, collection: str, dimension: int) -> None:
    try:
        await client.create_collection(
            collection,
            models.VectorParams(size=dimension, distance=models.Distance.COSINE),
            metadata={EPOCH: str(uuid.uuid4())},
        )
    except UnexpectedResponse as error:
        if error.status_code != 409:  # another process was faster
            raise


def _epoch(collection: str, dimension: int, info: models.CollectionInfo) -> str:
    vectors = info.config.params.vectors
    if not isinstance(vectors, models.VectorParams):
        raise CollectionForeign(collection, "it holds other vectors than one for each point")
    epoch = (info.config.metadata or {}).get(EPOCH)
    if not isinstance(epoch, str):
        raise CollectionForeign(collection, f"its metadata has no {EPOCH}")
    if vectors.size != dimension:
        raise WrongDimension(collection, vectors.size, dimension)
    return epoch
