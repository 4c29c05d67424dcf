"""A request to a Qdrant server, with its refusals in our words."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from qdrant_client import models
from qdrant_client.common.client_exceptions import QdrantException, ResourceExhaustedResponse
from qdrant_client.http.exceptions import (
    ApiException,
    ResponseHandlingException,
    UnexpectedResponse,
)

from storage.vectors.errors import (
    CollectionMissing,
    VectorsDenied,
    VectorsError,
    VectorsFailing,
    VectorsFull,
    VectorsUnreachable,
)
from storage.vectors.refusals import told

_LONGEST = 200
_FOREIGN = "its answer is none of Qdrant's"
_NOT_DONE = "it did not complete a write in time"


class Incomplete(Exception):
    """A write that was taken and not completed."""


def completed(result: models.UpdateResult) -> None:
    """Raise Incomplete unless a write was done: taken is not durable."""
    if result.status is not models.UpdateStatus.COMPLETED:
        raise Incomplete


@asynccontextmanager
async def asking(where: str, collection: str, seconds: float) -> AsyncIterator[None]:
    """Give what is asked inside so many seconds, and translate what comes of it."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise VectorsUnreachable(where, f"no answer within {seconds:g} s") from error
    except Incomplete as error:
        raise VectorsFailing(where, _NOT_DONE) from error
    except UnexpectedResponse as error:
        raise _refused(where, collection, error) from error
    except ResponseHandlingException as error:
        raise _unheard(where, seconds, error.source) from error
    except json.JSONDecodeError as error:
        raise VectorsFailing(where, _FOREIGN) from error
    except ResourceExhaustedResponse as error:
        raise VectorsFailing(where, f"{error}, ask again in {error.retry_after_s} s") from error
    except (ApiException, QdrantException) as error:
        raise VectorsFailing(where, str(error)[:_LONGEST]) from error


def _refused(where: str, collection: str, error: UnexpectedResponse) -> VectorsError:
    said = _said(error.content)
    told_why = f"{error.status_code} {said or error.reason_phrase}".strip()
    if error.status_code in (401, 403):
        return VectorsDenied(where, told_why)
    if error.status_code == 404 and collection and collection in said:  # not a proxy's 404
        return CollectionMissing(collection)
    if error.status_code == 507:
        return VectorsFull(where)
    return told(said, collection=collection, where=where) or VectorsFailing(where, told_why)


def _unheard(where: str, seconds: float, source: Exception) -> VectorsError:
    name = type(source).__name__
    if isinstance(source, ValueError):  # pydantic's; its text quotes the answer
        return VectorsFailing(where, _FOREIGN)
    if "Timeout" in name:
        return VectorsUnreachable(where, f"no answer within {seconds:g} s")
    return VectorsUnreachable(where, str(source) or name)


def _said(content: bytes) -> str:
    """Return the reason in a Qdrant error, empty if it is none of Qdrant's."""
    try:
        return str(json.loads(content)["status"]["error"])[:_LONGEST]
    except (ValueError, KeyError, TypeError):
        return ""
