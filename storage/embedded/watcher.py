"""A process that runs the server while anybody holds it.

Started by path with the standard library alone: it must not need the program that
started it, which may be gone by the time the server has to be ended.
"""

import ctypes
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from typing import Any

PR_SET_PDEATHSIG = 1
FAST, AT_ONCE = signal.SIGINT, signal.SIGQUIT
PATIENCE = 20.0
STEADY = 60.0
RESTARTS = 10
LONGEST_PAUSE = 2.0


class Watch:
    """One server and the lock by which its holders are seen."""

    def __init__(self, task: dict[str, Any]) -> None:
        self._task = task
        self._libc = ctypes.CDLL(None)
        self._guard = threading.Lock()
        self._server: subprocess.Popen[bytes] | None = None
        self._left = threading.Event()

    def run(self) -> None:
        """Serve until the last holder leaves or the server cannot be kept up."""
        threading.Thread(target=self._await_leaving, daemon=True).start()
        crashes = 0
        while (server := self._start()) is not None:
            begun = time.monotonic()
            server.wait()
            crashes = crashes + 1 if time.monotonic() - begun < STEADY else 1
            # A server that ends by itself, well or badly, takes its pid file with it.
            if not os.path.exists(self._task["pid_file"]) or crashes > RESTARTS:  # noqa: PTH110
                break
            self._left.wait(min(0.05 * 2**crashes, LONGEST_PAUSE))
        shutil.rmtree(self._task["sockets"], ignore_errors=True)

    def _start(self) -> "subprocess.Popen[bytes] | None":
        with self._guard:
            if self._left.is_set():
                return None
            self._server = subprocess.Popen(
                self._task["command"],
                cwd="/",
                env=self._task["environment"],
                stdin=subprocess.DEVNULL,
                preexec_fn=self._die_with_me,  # noqa: PLW1509 the other thread is inside flock
                **self._task["identity"],
            )
            return self._server

    def _die_with_me(self) -> None:
        """Have the kernel end the server if this process is killed."""
        self._libc.prctl(PR_SET_PDEATHSIG, FAST)

    def _await_leaving(self) -> None:
        """Wait for the lock that nobody gets while a holder lives, then end the server."""
        holders = os.open(self._task["holders"], os.O_RDWR | os.O_NOFOLLOW)
        fcntl.flock(holders, fcntl.LOCK_EX)
        with self._guard:
            self._left.set()
            server = self._server
        for how in (FAST, AT_ONCE, signal.SIGKILL):
            if server is None or server.poll() is not None:
                return
            server.send_signal(how)
            try:
                server.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                continue


def main() -> None:
    """Become nobody's child, outlive every signal meant for the starter, and watch."""
    task = json.load(sys.stdin)
    if os.fork():
        os._exit(0)
    os.setsid()
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    Watch(task).run()


if __name__ == "__main__":
    main()
