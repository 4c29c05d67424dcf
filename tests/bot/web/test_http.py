"""What holds for every request: who is let in, and what a refusal looks like."""

from __future__ import annotations

import httpx


def test_is_alive(nobody: httpx.Client) -> None:
    """Anybody sees that the process lives; each answer has an id, and no name of a server."""
    answer = nobody.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert answer.headers["x-request-id"]
    assert "server" not in answer.headers
    assert not [each for each in answer.headers if each.startswith("access-control")]
