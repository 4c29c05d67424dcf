"""The check that nothing is left behind."""

from __future__ import annotations

import os
import select
import socket
import subprocess
import sys
import threading
from pathlib import Path
from subprocess import PIPE

from bot.traces import Traces

PROGRAM = "import sys; print('up', flush=True); sys.stdin.read()"


def test_nothing_is_nothing(tmp_path: Path) -> None:
    """Where nothing happened and the folder is gone, nothing is left."""
    assert Traces.now().left_behind(tmp_path / "gone", kept=False) == ()


def test_a_thread_is_noticed(tmp_path: Path) -> None:
    """A thread that still runs is named, until it has ended."""
    before, end = Traces.now(), threading.Event()
    thread = threading.Thread(target=end.wait, args=(30,), name="lingering")
    thread.start()
    left = before.left_behind(tmp_path, kept=True)
    end.set()
    thread.join(30)
    assert left == ("thread lingering",)
    assert before.left_behind(tmp_path, kept=True) == ()


def test_a_socket_is_noticed(tmp_path: Path) -> None:
    """An open socket is named, until it is closed."""
    before = Traces.now()
    with socket.socket():
        (left,) = before.left_behind(tmp_path, kept=True)
    assert left.startswith("descriptor socket:[")
    assert before.left_behind(tmp_path, kept=True) == ()


def test_a_child_is_noticed(tmp_path: Path) -> None:
    """A child process is named while it runs, and while nobody has asked how it ended."""
    before = Traces.now()
    child = subprocess.Popen([sys.executable, "-c", PROGRAM], stdin=PIPE, stdout=PIPE)
    assert child.stdin is not None
    assert child.stdout is not None
    assert child.stdout.readline() == b"up\n"
    running = processes(before, tmp_path)
    child.stdin.close()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    zombie = processes(before, tmp_path)
    child.stdout.close()
    child.wait(30)
    assert running == [f"process {child.pid}: {sys.executable} -c {PROGRAM}"]
    assert [each.split(":")[0] for each in zombie] == [f"process {child.pid}"]
    assert before.left_behind(tmp_path, kept=True) == ()


def test_an_orphan_in_the_folder_is_noticed(tmp_path: Path) -> None:
    """A process that lost its parent, and whose command names the folder, is noticed."""
    before = Traces.now()
    (read, write), (heard, up) = os.pipe(), os.pipe()
    # Of what a shell sends to the background it takes away the input, unless it has a number.
    start = 'exec 3<&0; "$0" -c "$1" "$2" <&3 >&2 & echo $!'
    parent = subprocess.run(
        ["/bin/sh", "-c", start, sys.executable, PROGRAM, str(tmp_path)],
        stdin=read,
        stdout=PIPE,
        stderr=up,
        check=True,
        timeout=30,
    )
    with open(heard, encoding="utf-8", closefd=False) as said:
        assert said.readline() == "up\n"
    alive = os.pidfd_open(pid := int(parent.stdout))
    left = processes(before, tmp_path)
    os.close(write)
    assert select.select([alive], [], [], 30)[0] == [alive]
    for descriptor in (read, heard, up, alive):
        os.close(descriptor)
    assert [each.split(":")[0] for each in left] == [f"process {pid}"]


def processes(before: Traces, folder: Path) -> list[str]:
    """Return the processes among what is left."""
    return [each for each in before.left_behind(folder, kept=True) if each.startswith("process")]


def test_a_folder_that_stays_is_noticed(tmp_path: Path) -> None:
    """The temporary folder must be gone, unless it was to be kept."""
    before = Traces.now()
    assert before.left_behind(tmp_path, kept=False) == (f"folder {tmp_path}",)
    assert before.left_behind(tmp_path, kept=True) == ()
