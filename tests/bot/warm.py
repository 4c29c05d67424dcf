"""Commands that start quickly: forked from a process in which the command line is loaded already.

Most of a short command's time is the loading of its modules. Each command still is a process of its
own, with its own arguments, environment, folder, files and exit status.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

_MOST = 1 << 16  # bytes of a request
_PROGRAM = f"import sys; sys.path[:0] = {sys.path!r}; from tests.bot.warm import serve; serve()"


class Warm:
    """The process that is loaded, as a test uses it."""

    def __init__(self, started: Path) -> None:
        self._started = started
        self._ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _PROGRAM, str(theirs.fileno())], pass_fds=[theirs.fileno()]
            )

    def first(self, name: str) -> bool:
        """Say whether nobody who shares the folder of what was started has started this yet."""
        try:
            (self._started / name).touch(exist_ok=False)
        except FileExistsError:
            return False
        return True

    def run(
        self, words: Sequence[str], folder: Path, env: Mapping[str, str], seconds: float
    ) -> tuple[int, str, str]:
        """Run a command to its end; return its status and what it said."""
        request = json.dumps({"words": words, "folder": str(folder), "env": dict(env)}).encode()
        with (
            Path(os.devnull).open("rb") as nothing,
            tempfile.TemporaryFile() as out,
            tempfile.TemporaryFile() as err,
        ):
            files = [nothing.fileno(), out.fileno(), err.fileno()]
            socket.send_fds(self._ours, [request], files)
            pid = int(self._heard(seconds))
            try:
                status = int(self._heard(seconds))
            except TimeoutError:
                os.killpg(pid, signal.SIGKILL)
                self._heard(seconds)
                raise
            said = [_content(file.fileno()) for file in (out, err)]
        return status, said[0], said[1]

    def close(self) -> None:
        """End it."""
        self._ours.close()
        self._process.wait(30)

    def _heard(self, seconds: float) -> bytes:
        ready, _, _ = select.select([self._ours], [], [], seconds)
        if not ready:
            raise TimeoutError(f"a command did not end within {seconds:g} s")
        return self._ours.recv(_MOST)


def serve() -> None:
    """Become each command that is asked for, until nobody can ask any more."""
    # Whatever the commands load by themselves, in functions.
    import actors.answerer
    import actors.digester
    import actors.finder
    import actors.house
    import actors.store
    import actors.telegram.connector
    import actors.telegram.wire
    import bot.client.house
    import bot.client.look
    import bot.conversation
    import bot.doctor
    import bot.settings
    import bot.space
    from bot.__main__ import main

    del actors, bot
    gc.freeze()
    with socket.socket(fileno=int(sys.argv[1])) as line:
        while True:
            request, files, _, _ = socket.recv_fds(line, _MOST, 3)
            if not request:
                return
            pid = os.fork()
            if pid == 0:
                break
            for file in files:
                os.close(file)
            line.send(str(pid).encode())
            _, status = os.waitpid(pid, 0)
            line.send(str(os.waitstatus_to_exitcode(status)).encode())
    _become(json.loads(request), files)
    main()


def _become(request: dict[str, object], files: list[int]) -> None:
    """Take over a command's session, folder, environment, arguments and files."""
    os.setsid()
    os.chdir(str(request["folder"]))
    os.environ.clear()
    os.environ.update(request["env"])  # type: ignore[call-overload]
    time.tzset()
    sys.argv = ["tgactors", *request["words"]]  # type: ignore[misc]
    for target, file in enumerate(files):
        os.dup2(file, target)
        os.close(file)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", closefd=False, buffering=1)  # noqa: SIM115


def _content(file: int) -> str:
    os.lseek(file, 0, os.SEEK_SET)
    with open(file, encoding="utf-8", closefd=False) as text:
        return text.read()
