"""What the check of the way to Telegram says."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from struct import pack

import pytest

from bot.doctor import telegram as way
from bot.doctor.finding import Level
from sandbox import Sandbox

OK, WARNING, PROBLEM = Level.OK, Level.WARNING, Level.PROBLEM


@pytest.mark.parametrize(
    ("ahead", "level"),
    [(0.0, OK), (-5.0, OK), (5.1, WARNING), (-60.0, WARNING), (61.0, PROBLEM), (-3600.0, PROBLEM)],
)
def test_clocks_that_are_apart(ahead: float, level: Level) -> None:
    """Login codes live half a minute, so a minute is too much."""
    assert way.skew(ahead).level is level


def test_a_telegram_is_asked_for_its_clock(telegram: Sandbox) -> None:
    """The first step of a handshake tells the time of a Telegram, and leaves no mark on it."""
    assert abs(way.ask(telegram.host, telegram.port)) < 5
    telegram.clock_skew(300)
    assert 290 < way.ask(telegram.host, telegram.port) < 310
    assert (telegram.calls, telegram.mistakes) == ((), ())


def test_centres_are_reached_beside_each_other(telegram: Sandbox) -> None:
    """All answer: well; some: a warning that names the others; none: a problem."""
    good, bad = (telegram.host, telegram.port), ("127.0.0.1", 9)
    assert [each.level for each in way.reach_any([good, good])] == [OK, OK]
    some = way.reach_any([good, bad])
    assert [each.level for each in some] == [WARNING, OK]
    assert "127.0.0.1 (connection refused)" in some[0].text
    assert [each.level for each in way.reach_any([bad])] == [PROBLEM]


@contextmanager
def answering(said: bytes) -> Iterator[int]:
    """Listen on a port, say something to whoever comes, and hang up."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            guest, _ = server.accept()
            with guest:
                guest.recv(64)
                guest.sendall(said)

        host = threading.Thread(target=serve)
        host.start()
        yield server.getsockname()[1]
        host.join(10)


@pytest.mark.parametrize(
    "said", [b"", b"\x01HTTP", b"\x0aSSH-2.0-OpenSSH_9.2p1 Debian and so on 1234"]
)
def test_what_is_no_telegram_is_told_apart(said: bytes) -> None:
    """Whatever else listens there is named as that."""
    with answering(said) as port:
        (found,) = way.reach_one("127.0.0.1", port)
    assert (found.level, "is no Telegram" in found.text) == (PROBLEM, True)


def test_silence_has_an_end() -> None:
    """A server that says nothing is left after the deadline."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        with pytest.raises(TimeoutError):
            way.ask("127.0.0.1", silent.getsockname()[1], 0.2)
        assert time.monotonic() - began < 5


def test_an_answer_to_somebody_else_is_none() -> None:
    """The number sent must come back."""
    answer = pack("<qqiI", 0, 1 << 32, 20, 0x05162463) + bytes(16)
    assert way.time_of(answer, bytes(16)) == 1.0
    with pytest.raises(ValueError, match="another answer"):
        way.time_of(answer, b"x" * 16)
