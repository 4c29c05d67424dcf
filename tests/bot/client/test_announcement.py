"""The file by which commands find a service."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.web.announcement import FILE, Announcement, announced, announcement
from storage.errors import DataFolderUnusable
from storage.house_lock import HouseLock

MADE = Announcement(address="http://127.0.0.1:8010", token="hush", pid=os.getpid(), version="1")


@pytest.fixture
def taken(tmp_path: Path) -> Iterator[Path]:
    """A data folder that this process has."""
    with HouseLock.acquire(tmp_path):
        yield tmp_path


def test_a_service_is_found_while_it_serves(taken: Path) -> None:
    """It is announced for the length of the block, and nothing is left of that afterwards."""
    assert announcement(taken) is None
    with announced(taken, MADE):
        assert announcement(taken) == MADE
    assert announcement(taken) is None
    assert [each.name for each in taken.iterdir()] == ["house.lock"]


@pytest.mark.parametrize("umask", [0o000, 0o077, 0o777])
def test_nobody_else_can_read_it(taken: Path, umask: int) -> None:
    """Whatever the umask, its owner may read and write it, and nobody else anything."""
    before = os.umask(umask)
    try:
        with announced(taken, MADE):
            assert stat.S_IMODE((taken / FILE).stat().st_mode) == 0o600
            assert announcement(taken) == MADE
    finally:
        os.umask(before)


def test_the_token_is_shown_by_no_repr() -> None:
    """What is logged of an announcement does not open the service."""
    assert "hush" not in repr(MADE)


def test_what_a_killed_service_left_is_passed_over(tmp_path: Path) -> None:
    """The file alone is nothing: whose pid it names must have the folder's lock."""
    with announced(tmp_path, MADE):
        assert announcement(tmp_path) is None  # nobody has the folder
        with HouseLock.acquire(tmp_path):
            assert announcement(tmp_path) == MADE
        with HouseLock.acquire(tmp_path), announced(tmp_path, replace(MADE, pid=1)):
            assert announcement(tmp_path) is None  # another program has it


def test_a_successor_s_file_is_left_alone(taken: Path) -> None:
    """A service that ends late removes its own file only."""
    later = replace(MADE, token="of another")
    with announced(taken, MADE):
        (taken / FILE).write_text(json.dumps(_facts(later)))
    assert announcement(taken) == later


@pytest.mark.parametrize(
    "text", [b"", b"{}", b"\xff", b"[" * 5000, b'{"address": 1, "token": "", "pid": 0}']
)
def test_nonsense_announces_nothing(taken: Path, text: bytes) -> None:
    """A file that is cut off or of another make is as none."""
    (taken / FILE).write_bytes(text)
    assert announcement(taken) is None


def test_only_a_file_announces_something(taken: Path, tmp_path: Path) -> None:
    """Neither a link nor a pipe nor a folder is followed, waited for or complained about."""
    there = tmp_path / "elsewhere.json"
    there.write_text(json.dumps(_facts(MADE)))
    (taken / FILE).symlink_to(there)
    assert announcement(taken) is None
    (taken / FILE).unlink()
    os.mkfifo(taken / FILE)
    assert announcement(taken) is None
    (taken / FILE).unlink()
    (taken / FILE).mkdir()
    assert announcement(taken) is None
    assert announcement(tmp_path / "nowhere") is None


def _facts(made: Announcement) -> dict[str, object]:
    return {
        "address": made.address,
        "token": made.token,
        "pid": made.pid,
        "version": made.version,
    }


def test_what_cannot_be_announced_is_refused_in_words(taken: Path) -> None:
    """A full disk, or something else of that name, is no fault of ours; nothing is left."""
    (taken / FILE).mkdir()
    with pytest.raises(DataFolderUnusable, match=FILE) as refused, announced(taken, MADE):
        pass
    assert MADE.token not in str(refused.value)
    assert sorted(each.name for each in taken.iterdir()) == ["house.lock", FILE]


LOADS_NOTHING = """
import sys
for name in ("aiogram", "asyncpg", "fastapi", "telethon"):
    sys.modules[name] = None  # to import it is an error
from bot.__main__ import main
main()
"""


def test_a_second_service_is_refused_before_it_loads_what_it_serves_with(taken: Path) -> None:
    """It says where the first is at once, and not after many seconds on a busy machine."""
    env = {"TGACTORS_DATA": str(taken), "PATH": os.environ["PATH"]}
    with announced(taken, MADE):
        ended = subprocess.run(
            [sys.executable, "-c", LOADS_NOTHING, "serve"],
            cwd=taken,
            env=env,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert (ended.returncode, MADE.address in ended.stderr) == (2, True), ended.stderr
