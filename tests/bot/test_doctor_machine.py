"""What the checks of the machine and the configuration say."""

from __future__ import annotations

import socket
from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageNotFoundError

import pytest

from actors import BadSettings
from bot.doctor import machine
from bot.doctor.finding import Level, ok
from bot.doctor.rounds import configuration
from bot.settings import Settings

OK, WARNING, PROBLEM = Level.OK, Level.WARNING, Level.PROBLEM
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("version", "platform", "level"),
    [
        ((3, 11, 0), "linux", OK),
        ((3, 14, 1), "linux", OK),
        ((3, 10, 9), "linux", PROBLEM),
        ((3, 12, 0), "darwin", WARNING),
        ((3, 12, 0), "win32", PROBLEM),
    ],
)
def test_python(version: tuple[int, int, int], platform: str, level: Level) -> None:
    """3.11 on Linux is the least; macOS is told apart, Windows is no place."""
    assert machine.python(version, platform).level is level


def test_packages() -> None:
    """Missing, older and other than pinned are named together; extras are not wanted."""
    installed = {"anyio": "4.10.0", "janus": "1.9", "telethon": "1.44.0"}

    def version(name: str) -> str:
        if name not in installed:
            raise PackageNotFoundError(name)
        return installed[name]

    good = machine.packages(["anyio>=4.4", "nothing>=1; extra == 'x'"], version)
    assert good == ok("packages", "All 1 packages are there, in versions that fit.")
    wanted = ["anyio>=4.4", "janus>=2.0", "rich>=13", "telethon[cryptg]==1.45.0"]
    bad = machine.packages(wanted, version)
    assert bad.level is PROBLEM
    for words in ("janus is 1.9", "rich is missing", "telethon is 1.44.0, wanted is ==1.45.0"):
        assert words in bad.text
    assert "anyio" not in bad.text


@pytest.mark.parametrize(("cryptg", "level"), [(True, OK), (False, WARNING)])
def test_encryption(cryptg: bool, level: Level) -> None:
    """Without cryptg all works, slowly."""
    assert machine.speed(cryptg=cryptg).level is level


@pytest.mark.parametrize(
    ("limit", "accounts", "level", "words"),
    [
        (1024, None, OK, "320 accounts"),
        (1024, 320, OK, "320 accounts"),
        (1024, 321, WARNING, "ulimit -n 1027"),
        (64, 0, PROBLEM, "ulimit -n"),
    ],
)
def test_open_files(limit: int, accounts: int | None, level: Level, words: str) -> None:
    """Three descriptors an account, beside those of the rest."""
    found = machine.open_files(limit, accounts)
    assert found.level is level
    assert words in found.text


@pytest.mark.parametrize(
    ("free", "floor", "level"),
    [(199, 200, PROBLEM), (200, 200, WARNING), (399, 200, WARNING), (400, 200, OK), (0, 0, OK)],
)
def test_disk(free: int, floor: int, level: Level) -> None:
    """Below the floor is a problem, below its double worth a word."""
    assert machine.space(free, floor).level is level


@pytest.mark.parametrize(
    ("now", "zone", "level"),
    [
        (NOW, None, OK),
        (NOW, "Europe/Moscow", OK),
        (NOW, ":Asia/Tokyo", OK),
        (NOW, "UTC0", OK),
        (NOW, "CET-1CEST,M3.5.0,M10.5.0/3", OK),
        (NOW, "Europe/Nowhere", WARNING),
        (NOW, "../../etc", WARNING),
        (NOW - timedelta(days=2), None, PROBLEM),
        (NOW.replace(year=2106), None, PROBLEM),
    ],
)
def test_clock(now: datetime, zone: str | None, level: Level) -> None:
    """It cannot be earlier than the program was written, and a zone must exist."""
    assert machine.clock(now, NOW - timedelta(days=1), zone).level is level


def test_ports() -> None:
    """A port in use is information, not a problem; it is bound, and so nobody can connect."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert f"sandbox --port {port + 1}" in machine.port(port).text
    found = machine.port(port)
    assert (found.level, "is free" in found.text) == (OK, True)


@pytest.mark.parametrize(
    ("environment", "level", "words"),
    [
        ({"PATH"}, OK, "nothing"),
        ({"TGACTORS_DATA", "tgactors_idle"}, OK, "TGACTORS_DATA, TGACTORS_IDLE"),
        ({"TGACTORS_FREE_SPACE"}, WARNING, "TGACTORS_FREE_SPACE is no setting"),
    ],
)
def test_configuration(environment: set[str], level: Level, words: str) -> None:
    """Mistyped names are found."""
    (found,) = configuration(Settings.model_construct(), environment)
    assert (found.level, words in found.text) == (level, True)


def test_a_bad_configuration_is_told_whole() -> None:
    """What is wrong and what is mistyped stand beside each other, and no value is shown."""
    wrong, mistyped = configuration(BadSettings("TGACTORS_IDLE: no."), {"TGACTORS_X"})
    assert [wrong.level, mistyped.level] == [PROBLEM, WARNING]
