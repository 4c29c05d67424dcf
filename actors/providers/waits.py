"""When a provider that says "too many" wants to be asked again, read from its answer.

`Retry-After` is of RFC 9110, seconds or a date. `X-RateLimit-Reset` is nobody's standard:
milliseconds since 1970 at OpenRouter, in the headers or in the body's `error.metadata.headers`;
seconds since 1970, or from now, elsewhere.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

RESET = "x-ratelimit-reset"
RETRY = "retry-after"

DEEPEST = 6
"""How deep in a body the names are looked for."""

MILLISECONDS = 10**11
"""Numbers above it are milliseconds since 1970, or it would be the year 5138."""
EPOCH_SECONDS = 10**9
"""Numbers above it are seconds since 1970, or it would be a wait of 31 years."""


def reset_of(headers: Mapping[str, str], body: Mapping[str, Any], now: datetime) -> datetime | None:
    """Return the latest time that an answer names and that is still to come."""
    named = [*_named(dict(headers), DEEPEST), *_named(body, DEEPEST)]
    times = [_retry(value, now) if name == RETRY else _reset(value, now) for name, value in named]
    return max((at for at in times if at is not None and at > now), default=None)


def _named(node: object, depth: int) -> Iterator[tuple[str, str]]:
    """Find what carries one of the names, anywhere in a body."""
    if depth == 0:
        return
    if isinstance(node, list):
        for each in node[:100]:
            yield from _named(each, depth - 1)
    elif isinstance(node, Mapping):
        for name, value in node.items():
            if str(name).lower() in (RESET, RETRY):
                yield str(name).lower(), str(value)[:100]
            else:
                yield from _named(value, depth - 1)


def _retry(value: str, now: datetime) -> datetime | None:
    seconds = _number(value)
    if seconds is not None:
        return _after(now, seconds)
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


def _reset(value: str, now: datetime) -> datetime | None:
    number = _number(value)
    if number is None:
        return None
    if number < EPOCH_SECONDS:
        return _after(now, number)
    return _after(
        datetime.fromtimestamp(0, UTC), number / 1000 if number > MILLISECONDS else number
    )


def _number(value: str) -> float | None:
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _after(start: datetime, seconds: float) -> datetime | None:
    try:
        return start + timedelta(seconds=seconds)
    except OverflowError:
        return None
