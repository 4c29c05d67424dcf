"""What holds for every request: who is let in, and what a refusal looks like."""

from __future__ import annotations

import socket

import httpx

from bot.web import server


def test_is_alive(nobody: httpx.Client) -> None:
    """Anybody sees that the process lives; each answer has an id, and no name of a server."""
    answer = nobody.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert answer.headers["x-request-id"]
    assert "server" not in answer.headers
    assert not [each for each in answer.headers if each.startswith("access-control")]


def test_answers_without_delay() -> None:
    """What is accepted sends each piece at once: none waits until the one before has arrived."""
    with (
        server.listen("127.0.0.1", 0) as listening,
        socket.create_connection(listening.getsockname()[:2]),
    ):
        listening.setblocking(True)
        accepted, _ = listening.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
