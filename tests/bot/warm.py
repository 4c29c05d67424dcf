"""Commands that start quickly: forked from a process in which the command line is loaded already.

Most of a short command's time is the loading of its modules. Each command still is a process of its
own, with its own arguments, environment, folder, files and exit status. All workers of one run fork
theirs from one process, which ends when the last of them has.
"""

from __future__ import annotations

import fcntl
import gc
import hashlib
import importlib
import io
import json
import os
import resource
import runpy
import select
import selectors
import signal
import socket
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

_MOST = 1 << 16  # bytes of a request
_PROGRAM = f"import sys; sys.path[:0] = {sys.path!r}; from tests.bot.warm import serve; serve()"
# Whatever the commands load by themselves, in functions.
_LOADED = (
    "actors.answerer",
    "actors.digester",
    "actors.finder",
    "actors.house",
    "actors.store",
    "actors.telegram.connector",
    "actors.telegram.wire",
    "bot.__main__",
    "bot.client.house",
    "bot.client.look",
    "bot.conversation",
    "bot.doctor",
    "bot.settings",
    "bot.space",
    "sandbox",
)
# What takes seconds to load, and is loaded when it is wanted for the first time.
_MORE = {"serve": ("bot.serving",), "play": ("bot.serving", "sandbox.play")}
# What Python reads when it starts can be set for no process that is forked.
_OF_PYTHON = ("PYTHON", "LC_", "LANG")
_UNBUFFERED = "PYTHONUNBUFFERED"


class Forked(subprocess.Popen[str]):
    """A command that was forked, to be talked to as if it had been started from here."""

    def __init__(
        self, words: Sequence[str], ended: socket.socket, files: Sequence[IO[str] | None]
    ) -> None:
        # Another process waits for it, and says how it has ended.
        self.args = words
        self.pid = int(ended.recv(_MOST))
        self.returncode: int | None = None
        self.stdin, self.stdout, self.stderr = files
        self._ended = ended
        self._heard: dict[IO[str], bytes] = {}

    def poll(self) -> int | None:
        """Say how it has ended, if it has."""
        with suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end."""
        if self.returncode is None:
            if not select.select([self._ended], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(self.args, timeout or 0)
            self.returncode = int(self._ended.recv(_MOST))
            self._ended.close()
        return self.returncode

    def communicate(
        self,
        input: str | None = None,  # noqa: A002
        timeout: float | None = None,
    ) -> tuple[str, str]:
        """Say the last to it, hear the rest of what it says, and wait for its end."""
        until = None if timeout is None else time.monotonic() + timeout
        if self.stdin and not self.stdin.closed:
            with suppress(BrokenPipeError):
                self.stdin.write(input or "")
            with suppress(BrokenPipeError):
                self.stdin.close()
        heard = [each for each in (self.stdout, self.stderr) if each]
        left = {each.fileno(): each for each in heard if not each.closed}
        while left:
            ready, _, _ = select.select(list(left), [], [], _left(until))
            if not ready:
                raise subprocess.TimeoutExpired(self.args, timeout or 0)
            for file in ready:
                if got := os.read(file, _MOST):
                    self._heard[left[file]] = self._heard.get(left[file], b"") + got
                else:
                    left.pop(file).close()
        self.wait(_left(until))
        out, err = (self._heard.get(each, b"").decode() for each in heard)
        return out, err


class Warm:
    """The process that is loaded, as a test uses it; a command before its own may start it."""

    def __init__(self, started: Path, before: Sequence[str] = ()) -> None:
        self._started = started
        self._line = _connected(started, before)

    def first(self, name: str) -> bool:
        """Say whether nobody who shares the folder of what was started has started this yet."""
        try:
            (self._started / name).touch(exist_ok=False)
        except FileExistsError:
            return False
        return True

    def can(self, env: Mapping[str, str]) -> bool:
        """Say whether a command can have this environment though it is forked."""
        return not any(each.startswith(_OF_PYTHON) for each in env if each != _UNBUFFERED)

    def start(
        self,
        words: Sequence[str],
        folder: Path,
        env: Mapping[str, str],
        *,
        asked: bool = False,
        program: Path | None = None,
    ) -> Forked:
        """Start a command, or another program, which says its errors where this process does.

        It finds nothing on its standard input unless it can be `asked`.
        """
        with (
            Path(os.devnull).open("rb") as nothing,
            _pipe() as (typed, typing),
            _pipe() as (out, said),
            _pipe() as (err, erred),
        ):
            stdin = typed if asked else nothing.fileno()
            errors = erred if program is None else 2
            ended = self._fork(words, folder, env, [stdin, said, errors], program=program)
            files = [
                os.fdopen(os.dup(typing), "w", encoding="utf-8", buffering=1) if asked else None,
                os.fdopen(os.dup(out), encoding="utf-8"),
                os.fdopen(os.dup(err), encoding="utf-8"),
            ]
        return Forked(words, ended, files)

    def start_in(
        self, terminal: int, words: Sequence[str], folder: Path, env: Mapping[str, str]
    ) -> Forked:
        """Start a command in a terminal, whose session is its own."""
        files = [terminal] * 3
        return Forked(words, self._fork(words, folder, env, files, terminal=True), [None] * 3)

    def run(
        self, words: Sequence[str], folder: Path, env: Mapping[str, str], seconds: float
    ) -> tuple[int, str, str]:
        """Run a command to its end; return its status and what it said."""
        process = self.start(words, folder, env)
        try:
            out, err = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            raise
        return process.wait(), out, err

    def close(self) -> None:
        """Need it no more."""
        self._line.close()

    def _fork(
        self,
        words: Sequence[str],
        folder: Path,
        env: Mapping[str, str],
        files: Sequence[int],
        *,
        terminal: bool = False,
        program: Path | None = None,
    ) -> socket.socket:
        request = {
            "words": words,
            "folder": str(folder),
            "env": dict(env),
            "terminal": terminal,
            "program": None if program is None else str(program),
        }
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            socket.send_fds(self._line, [json.dumps(request).encode()], [*files, theirs.fileno()])
        return ours


def _connected(folder: Path, before: Sequence[str]) -> socket.socket:
    """Find the process of whoever shares the folder, or start it."""
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if line := _reached(f"\0{name}"):
            return line
        _start(f"\0{name}", before)
        if line := _reached(f"\0{name}"):
            return line
    raise ChildProcessError("the command line could not be loaded: see what was written")


def _reached(name: str) -> socket.socket | None:
    line = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with suppress(ConnectionError):
        line.connect(name)
        if line.recv(_MOST):
            return line
    line.close()
    return None


def _start(name: str, before: Sequence[str]) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listening:
        listening.bind(name)
        listening.listen()
        subprocess.run(
            [*before, sys.executable, "-c", _PROGRAM, str(listening.fileno())],
            pass_fds=[listening.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
            check=True,
        )


def serve() -> None:
    """Become each command that is asked for, until nobody can ask any more."""
    if os.fork():  # it outlives the worker that started it
        os._exit(0)
    for each in _LOADED:
        importlib.import_module(each)
    gc.freeze()
    server = _Server(socket.socket(fileno=int(sys.argv[1])))
    told = server.forked()
    if told is None:
        return
    if told["program"]:
        runpy.run_path(told["program"], run_name="__main__")
    else:
        from bot.__main__ import main

        main()


class _Server:
    """Listens to the workers, and tells them how their commands have ended."""

    def __init__(self, listening: socket.socket) -> None:
        self._lines: set[socket.socket] = set()
        self._ends: dict[int, tuple[int, socket.socket]] = {}
        self._all = selectors.DefaultSelector()
        self._all.register(listening, selectors.EVENT_READ)
        self._listening = listening

    def forked(self) -> dict[str, Any] | None:
        """Return what was asked for, to be done by this process now; none if nobody is there."""
        while True:
            for key, _ in self._all.select():
                if key.fileobj is self._listening:
                    self._welcome()
                elif isinstance(key.fileobj, socket.socket):
                    told = self._asked(key.fileobj)
                    if told is not None or not self._lines:
                        return told
                else:
                    self._tell(key.fd)

    def _welcome(self) -> None:
        line, _ = self._listening.accept()
        self._lines.add(line)
        self._all.register(line, selectors.EVENT_READ)
        line.send(b"here")

    def _asked(self, line: socket.socket) -> dict[str, Any] | None:
        """Fork for what is asked for; the new process returns it."""
        request, files, _, _ = socket.recv_fds(line, _MOST, 4)
        if not request:
            self._all.unregister(line)
            self._lines.remove(line)
            line.close()
            return None
        told: dict[str, Any] = json.loads(request)
        for each in _MORE.get(next(iter(told["words"]), ""), ()):
            importlib.import_module(each)
        gc.freeze()
        pid = os.fork()
        if pid == 0:
            self._forget()
            _become(told, files)
            return told
        *given, ended = files
        for file in given:
            os.close(file)
        watched = os.pidfd_open(pid)
        self._ends[watched] = pid, socket.socket(fileno=ended)
        self._all.register(watched, selectors.EVENT_READ)
        return None

    def _tell(self, watched: int) -> None:
        self._all.unregister(watched)
        os.close(watched)
        pid, ended = self._ends.pop(watched)
        # It is told before its number may be another's, whom nobody means to signal.
        end = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        assert end is not None
        status = end.si_status if end.si_code == os.CLD_EXITED else -end.si_status
        with ended, suppress(ConnectionError):
            ended.send(str(status).encode())
        os.waitpid(pid, 0)

    def _forget(self) -> None:
        """Leave to the other process what is its own, and close nothing twice."""
        self._all.close()
        for each in (self._listening, *self._lines, *(ended for _, ended in self._ends.values())):
            each.detach()


def _become(request: Mapping[str, Any], files: Sequence[int]) -> None:
    """Take over a command's session, folder, environment, arguments and files."""
    os.setsid()
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["env"])
    time.tzset()
    sys.argv = ["tgactors", *request["words"]]
    *given, ended = files
    for target, file in enumerate(given):
        os.dup2(file, target)
    if request["terminal"]:
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    os.write(ended, str(os.getpid()).encode())
    os.closerange(3, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    if _UNBUFFERED in os.environ:
        raw = open(1, "wb", buffering=0, closefd=False)  # noqa: SIM115
        sys.stdout = io.TextIOWrapper(raw, encoding="utf-8", write_through=True)
    else:
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", closefd=False, buffering=1)  # noqa: SIM115


@contextmanager
def _pipe() -> Iterator[tuple[int, int]]:
    """A pipe, both of whose ends are closed here in the end."""
    read, write = os.pipe()
    try:
        yield read, write
    finally:
        os.close(read)
        os.close(write)


def _left(until: float | None) -> float | None:
    return None if until is None else max(0.0, until - time.monotonic())
