"""What Prometheus scrapes."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Response

from bot.web.problems import refused
from bot.web.watch import Watches

MEDIA_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_LATE: Final = "The service is too busy to be counted. Scrape again."

router = APIRouter(tags=["health"])


@router.get(
    "/metrics",
    summary="Metrics for Prometheus",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
async def metrics(watch: Watches) -> Response:
    """Tell everything that is counted; more than one scrape a second gets the same again."""
    text = await watch.metrics()
    if text is None:
        raise refused(503, "TooBusy", _LATE, wait=1.0)
    return Response(text, media_type=MEDIA_TYPE)
