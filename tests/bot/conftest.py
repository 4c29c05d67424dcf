"""The command line as a person has it: a process, its two outputs, its exit status."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from telethon.crypto import AuthKey

from actors.telegram.session import RecordSession
from sandbox import Minted, Sandbox, demo_world
from storage import leases, sessions
from storage.database import Database
from storage.embedded import Postgres
from storage.sessions import Vault, new_key
from tests.bot.warm import Warm
from tests.conftest import _database, new_folder

collect_ignore = [] if os.geteuid() == 0 else ["test_other_users.py"]  # only root can drop to one

PERSON = 8124731874
TGACTORS = Path(sys.executable).with_name("tgactors")
_PATIENCE = 60.0  # seconds
# A terminal's keys make signals only for the session that it controls.
_IN_CONTROL = """\
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""


class Done:
    """What a command said, and how it ended."""

    def __init__(self, status: int, out: str, err: str) -> None:
        self.status = status
        self.out = out
        self.err = err

    def __repr__(self) -> str:
        return f"<Done {self.status}\n{self.out}\n{self.err}>"

    @property
    def facts(self) -> Any:
        """The last line of standard output, which must be JSON."""
        return json.loads(self.out.splitlines()[-1])


class CommandLine:
    """Starts commands in a folder; those that still run at the end of a test are killed."""

    def __init__(self, folder: Path, warm: Warm) -> None:
        self.folder = folder
        self._warm = warm
        self.env = {
            "PATH": "/usr/bin:/bin",
            "HOME": str(folder),
            "TZ": "UTC",
            "TGACTORS_HTTP_PORT": "0",
            "TGACTORS_WORKERS": "false",  # unless a test wants posts tagged and indexed
        }
        self._started: list[subprocess.Popen[str]] = []

    def start(self, *words: object, **env: str) -> subprocess.Popen[str]:
        """Start a command that finds nothing on its standard input."""
        return self._start(words, env)

    def run(self, *words: object, typed: str | None = None, **env: str) -> Done:
        """Run a command to its end, with something on its standard input or nothing."""
        return self.ended(self._start(words, env, asked=typed is not None), typed)

    def converse(self, *words: object, **env: str) -> subprocess.Popen[str]:
        """Start a command that is answered to line by line."""
        return self._start(words, env | {"PYTHONUNBUFFERED": "1"}, asked=True)

    def say(self, process: subprocess.Popen[str], line: str) -> None:
        """Give a command a line on its standard input."""
        assert process.stdin is not None
        process.stdin.write(f"{line}\n")
        process.stdin.flush()

    def hear(self, process: subprocess.Popen[str], words: str = "") -> str:
        """Wait for a line of a command's standard output with these words."""
        assert process.stdout is not None
        heard = b""
        # Byte by byte: what follows the line must stay for whoever waits for the end.
        while not (heard.endswith(b"\n") and words in heard.decode()):
            if heard.endswith(b"\n"):
                heard = b""
            got = os.read(process.stdout.fileno(), 1)
            assert got, f"{words!r} was never said: {self.ended(process)}"
            heard += got
        return heard.decode().rstrip("\n")

    def interrupt(self, process: subprocess.Popen[str], number: signal.Signals) -> Done:
        """Signal a command and all its children, as a terminal does, and wait for its end."""
        os.killpg(process.pid, number)
        return self.ended(process)

    def ended(self, process: subprocess.Popen[str], typed: str | None = None) -> Done:
        """Wait for a command's end, having said the last on its standard input."""
        out, err = process.communicate(typed, timeout=_PATIENCE)
        return Done(process.returncode, out, err)

    def start_in(
        self, terminal: int, words: Sequence[object], env: dict[str, str]
    ) -> subprocess.Popen[Any]:
        """Start a command in a terminal, which is then its own."""
        given = [str(word) for word in words]
        if self._forks(given, env):
            return self._warm.start_in(terminal, given, self.folder, self.env | env)
        return subprocess.Popen(
            [sys.executable, "-ISc", _IN_CONTROL, TGACTORS, *given],
            cwd=self.folder,
            env=self.env | env,
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            start_new_session=True,
        )

    def _start(
        self, words: Sequence[object], env: dict[str, str], *, asked: bool = False
    ) -> subprocess.Popen[str]:
        given = [str(word) for word in words]
        if self._forks(given, env):
            process: subprocess.Popen[str] = self._warm.start(
                given, self.folder, self.env | env, asked=asked
            )
        else:
            process = subprocess.Popen(
                [TGACTORS, *given],
                cwd=self.folder,
                env=self.env | env,
                stdin=subprocess.PIPE if asked else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                start_new_session=True,
            )
        self._started.append(process)
        return process

    def _forks(self, words: Sequence[str], env: dict[str, str]) -> bool:
        """Whether a command starts quickly: all but the first of each name, which nobody forks."""
        return self._warm.can(self.env | env) and not self._warm.first(words[0])

    def close(self) -> None:
        """Kill what still runs."""
        for process in self._started:
            if process.poll() is None:
                process.kill()
            process.communicate(timeout=_PATIENCE)


@pytest.fixture
def line(folder: Path, warm: Warm) -> Iterator[CommandLine]:
    """The command line, in a folder of its own, with nothing configured."""
    made = CommandLine(folder, warm)
    yield made
    made.close()


@pytest.fixture
def telegram() -> Iterator[Sandbox]:
    """A Telegram with the demo's world, whose phone scans every code."""
    with Sandbox(demo_world()) as sandbox:
        sandbox.scan_automatically(PERSON)
        yield sandbox


@pytest.fixture
def beside(line: CommandLine, telegram: Sandbox, dsn: str) -> CommandLine:
    """A command line set up for that Telegram and an empty database of this worker's server.

    What does not depend on the embedded server is tested beside one that runs already.
    """
    line.env |= {
        "TGACTORS_TELEGRAM": telegram.address,
        "TGACTORS_DATABASE_URL": dsn,
        "TGACTORS_SESSION_KEYS": new_key(),
    }
    return line


@pytest.fixture
def known(beside: CommandLine, telegram: Sandbox, dsn: str) -> CommandLine:
    """The same, with the person logged in."""
    asyncio.run(admit(dsn, beside.env["TGACTORS_SESSION_KEYS"], telegram.mint(PERSON)))
    return beside


@pytest.fixture(scope="session")
def archive(warm: Warm, server: Postgres, template: str) -> Iterator[CommandLine]:
    """A command line for commands that only look: the demo's posts are read, tagged and indexed."""
    made = new_folder()
    line = CommandLine(made, warm)
    with contextmanager(_database)(server, template) as dsn, Sandbox(demo_world()) as sandbox:
        line.env |= {
            "TGACTORS_TELEGRAM": sandbox.address,
            "TGACTORS_DATABASE_URL": dsn,
            "TGACTORS_SESSION_KEYS": new_key(),
            "TGACTORS_WORKERS": "true",
        }
        asyncio.run(admit(dsn, line.env["TGACTORS_SESSION_KEYS"], sandbox.mint(PERSON)))
        report = line.run("parse", PERSON, "--json").facts
        assert (report["added"], report["tagged"], report["indexed"]) == (36, 36, 36)
        yield line
        line.close()
    shutil.rmtree(made)


@pytest.fixture(scope="session")
def lived_in(warm: Warm) -> Iterator[Path]:
    """A data folder in which the person once logged in."""
    made = new_folder()
    line = CommandLine(made, warm)
    with Sandbox(demo_world()) as sandbox:
        sandbox.scan_automatically(PERSON)
        done = line.run("login", PERSON, "--telegram", sandbox.address)
    assert done.status == 0, done
    yield made / "data"
    shutil.rmtree(made)


@pytest.fixture
def home(line: CommandLine, telegram: Sandbox, lived_in: Path) -> Iterator[CommandLine]:
    """A command line with an embedded database, in which the person is logged in."""
    line.env["TGACTORS_TELEGRAM"] = telegram.address
    subprocess.run(["cp", "-a", lived_in, line.folder / "data"], check=True, timeout=_PATIENCE)
    yield line
    assert children_of_the_data_folder(line.folder) == []


async def admit(dsn: str, key: str, minted: Minted) -> None:
    """Store what a login would: the person's session, and that the account is READY."""
    session = RecordSession()
    session.set_dc(minted.dc_id, minted.host, minted.port)
    session.auth_key = AuthKey(minted.auth_key)
    async with await Database.open(dsn, connections=1) as db:
        node = await leases.register(db, name="a login", place="nowhere", ttl=60)
        claimed = await leases.claim(db, node, PERSON, ttl=60, margin=1)
        await sessions.admit(db, Vault([key]), claimed.hold, "READY", None, session.record())
        await leases.resign(db, node)


def refused(done: Done, code: str, *words: str, err: str | None = None) -> None:
    """Check that a command with --json was refused, in text (`err`) and as JSON."""
    assert done.status == 2, done
    error = done.facts["error"]
    assert error["code"] == code
    assert (done.err if err is None else err).split() == error["text"].split()
    for each in words:
        assert each in error["text"]
    assert "Traceback" not in done.err


def children_of_the_data_folder(folder: Path) -> list[str]:
    """Name the processes that still work on a folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal() and int(entry.name) != os.getpid():
            try:
                words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue  # it has ended meanwhile
            if str(folder) in words:
                found.append(words)
    return found
