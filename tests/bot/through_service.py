"""One archive twice: for commands that open it themselves, and in the hands of a service."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from sandbox import Sandbox, World, demo_world
from storage.embedded import Postgres
from storage.sessions import new_key
from tests.bot.conftest import PERSON, CommandLine, Done, admit
from tests.bot.warm import Warm
from tests.conftest import _database, new_folder

ANNA = 8124731999
"""Nobody here knows her yet."""
PHONE = "79990007788"
OPERATOR = "operator-of-the-tests"
_SECONDS = 120.0
_DATABASE = re.compile(r"/(test\d+)\?")
_CHANGING = (
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(\+00:00)?"), "TIME"),
    (re.compile(r"\bin \d+\.\d+ s\b"), "in N s"),
    (re.compile(r"\b((in )?\d+ (s|min|h)( ago)?|now)\b"), "LENGTH"),
    (re.compile(r"\btg-[\w-]+"), "CODE"),
    (re.compile(r"^ +[\w-]{24,}$", re.MULTILINE), "TOKEN"),
    (re.compile(r'"took": [\d.e-]+'), '"took": N'),
    (re.compile(r'"score": [\d.e-]+'), '"score": N'),
    (re.compile(r"[ ─]+"), " "),
)


class Twice:
    """The two, and the service that has the second."""

    def __init__(
        self, alone: CommandLine, through: CommandLine, telegram: Sandbox, address: str, pid: int
    ) -> None:
        self.alone = alone
        self.through = through
        self.telegram = telegram
        self.address = address
        self.pid = pid

    def level(self) -> None:
        """Have both hold the same, and tell the same of their last parse."""
        for line in (self.alone, self.through) * 2:
            assert quickly(line, "parse", PERSON).status == 0


@contextmanager
def twice(warm: Warm, server: Postgres, template: str) -> Iterator[Twice]:
    """Read, tag and index the demo's posts, copy all of that, and let a service have the copy."""
    alone, through = CommandLine(new_folder(), warm), CommandLine(new_folder(), warm)
    with Sandbox(_world()) as telegram, contextmanager(_database)(server, template) as one:
        alone.env |= {
            "TGACTORS_TELEGRAM": telegram.address,
            "TGACTORS_DATABASE_URL": one,
            "TGACTORS_SESSION_KEYS": new_key(),
        }
        asyncio.run(admit(one, alone.env["TGACTORS_SESSION_KEYS"], telegram.mint(PERSON)))
        report = quickly(alone, "parse", PERSON, "--json", TGACTORS_WORKERS="true").facts
        assert (report["added"], report["tagged"], report["indexed"]) == (36, 36, 36)
        # The service may read by itself at any time, and then tells last that nothing was new.
        assert quickly(alone, "parse", PERSON).status == 0
        found = _DATABASE.search(one)
        assert found is not None
        with contextmanager(_database)(server, found[1]) as two:
            subprocess.run(
                ["cp", "-a", alone.folder / "data", through.folder / "data"],
                check=True,
                timeout=_SECONDS,
            )
            through.env |= alone.env | {"HOME": str(through.folder), "TGACTORS_DATABASE_URL": two}
            # A session that is used in two places is ended by Telegram.
            asyncio.run(admit(two, alone.env["TGACTORS_SESSION_KEYS"], telegram.mint(PERSON)))
            service = through.start("serve", "--json", TGACTORS_HTTP_TOKEN=OPERATOR)
            told = json.loads(through.hear(service, '"serving"'))
            yield Twice(alone, through, telegram, told["serving"]["http"], service.pid)
            ended = through.interrupt(service, signal.SIGTERM)
            assert ended.status == 0, ended
            assert "Traceback" not in ended.err
            assert not (through.folder / "data" / "service.json").exists()
            alone.close()
            through.close()
    shutil.rmtree(alone.folder)
    shutil.rmtree(through.folder)


def quickly(line: CommandLine, *words: object, **env: str) -> Done:
    """Run a command without the time that its start takes, also the first of its name."""
    given = [str(word) for word in words]
    return Done(*line._warm.run(given, line.folder, line.env | env, _SECONDS))


def hear_error(process: subprocess.Popen[str], words: str) -> None:
    """Wait until a command has said some words on standard error."""
    assert process.stderr is not None
    heard = b""
    while words not in heard.decode(errors="replace"):
        got = os.read(process.stderr.fileno(), 4096)
        assert got, f"{words!r} was never said: {heard.decode()}"
        heard += got


def alike(text: str) -> list[str]:
    """Return the lines of an output without what differs from one run to the next."""
    for what, instead in _CHANGING:
        text = what.sub(instead, text)
    return [line.strip() for line in text.splitlines()]


def _world() -> World:
    world = demo_world()
    anna = world.person(ANNA, first_name="Anna", phone=PHONE)
    for channel in list(world.channels.values())[:2]:
        world.follow(anna, channel)
    return world
