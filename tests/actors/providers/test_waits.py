"""When a provider wants to be asked again, read from whatever it has sent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.providers.waits import reset_of

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
IN_AN_HOUR = NOON + timedelta(hours=1)
MILLISECONDS = int(IN_AN_HOUR.timestamp() * 1000)

OPENROUTER = {
    "error": {
        "message": "Rate limit exceeded: free-models-per-day",
        "code": 429,
        "metadata": {
            "headers": {"X-RateLimit-Limit": "50", "X-RateLimit-Reset": f"{MILLISECONDS}"}
        },
    }
}


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({}, OPENROUTER),
        ({"x-ratelimit-reset": str(MILLISECONDS)}, {}),
        ({"X-RateLimit-Reset": str(MILLISECONDS // 1000)}, {}),
        ({"x-ratelimit-reset": "3600"}, {}),
        ({"retry-after": "3600"}, {}),
        ({"Retry-After": "Sun, 01 Mar 2026 13:00:00 GMT"}, {}),
        ({"Retry-After": "Sun, 01 Mar 2026 13:00:00 -0000"}, {}),
        ({}, {"errors": [{"headers": {"Retry-After": 3600}}]}),
        ({"retry-after": "5"}, OPENROUTER),
    ],
)
def test_every_recorded_way_to_tell(headers: dict[str, str], body: dict[str, Any]) -> None:
    """Seconds, a date, milliseconds, in headers or anywhere in a body: the latest counts."""
    assert reset_of(headers, body, NOON) == IN_AN_HOUR


@pytest.mark.parametrize(
    "value", ["", "soon", "-5", "nan", "inf", "1e400", "0", "Fri, 32 Foo 2026 25:00:00", "9" * 80]
)
@pytest.mark.parametrize("name", ["retry-after", "x-ratelimit-reset"])
def test_what_is_no_time_is_none(name: str, value: str) -> None:
    """Nonsense, and times that are over, tell nothing."""
    assert reset_of({name: value}, {}, NOON) is None


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["X-RateLimit-Reset", "retry-after", "error", "a"]), inner, max_size=3
        )
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.text(max_size=5), json_values, max_size=4))
def test_no_body_does_any_harm(body: dict[str, Any]) -> None:
    """Whatever a body holds, what comes of it is a time to come or none."""
    at = reset_of({}, body, NOON)
    assert at is None or at > NOON
