"""What holds for every request: who is let in, and what a refusal looks like."""

from __future__ import annotations

import socket
from typing import Any, cast

import httpx
import pytest

from bot.web import server


def test_is_alive(nobody: httpx.Client) -> None:
    """Anybody sees that the process lives; each answer has an id, and no name of a server."""
    answer = nobody.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert answer.headers["x-request-id"]
    assert "server" not in answer.headers
    assert not [each for each in answer.headers if each.startswith("access-control")]


def test_leads_nobody_elsewhere(nobody: httpx.Client) -> None:
    """A path that is nearly one is none: the token that is shown goes where it was sent, only."""
    answer = nobody.get("/users/", headers={"Host": "elsewhere.example"})
    assert (answer.status_code, answer.headers.get("location")) == (404, None)


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


def test_gives_up_whoever_takes_nothing_of_an_answer() -> None:
    """What is accepted is cut by the system once nothing of what was sent was taken for a while."""
    with (
        server.listen("127.0.0.1", 0) as listening,
        socket.create_connection(listening.getsockname()[:2]),
    ):
        listening.setblocking(True)
        accepted, _ = listening.accept()
        with accepted:
            within = accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
            assert within == 1000 * server.UNREAD_SECONDS


@pytest.mark.anyio
async def test_believes_nobody_that_they_are_somebody_else() -> None:
    """Who asks is who has connected, whatever a header says: rates go by it."""
    seen: list[Any] = []

    async def app(scope: Any, _receive: Any, _send: Any) -> None:
        seen.append((scope["client"], scope["scheme"]))

    config = server.configured(cast("Any", app))
    config.load()
    headers = [(b"x-forwarded-for", b"192.0.2.7"), (b"x-forwarded-proto", b"https")]
    asked = {"type": "http", "client": ("127.0.0.1", 5), "scheme": "http", "headers": headers}
    await cast("Any", config.loaded_app)(asked, None, None)
    assert seen == [(("127.0.0.1", 5), "http")]
