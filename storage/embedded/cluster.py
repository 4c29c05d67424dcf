"""A cluster's files."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

from storage.data_folder import PRIVATE
from storage.embedded.place import Place
from storage.errors import EmbeddedPostgresFailed

DATABASE = "app"
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
INITDB = (
    "--username=postgres",
    "--auth=trust",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--no-instructions",
    "--sync-method=syncfs",
)
STATUS_LINE = 7
LEAVING_TIME = 5.0
PAUSE = 0.005


def create(place: Place, until: float) -> None:
    """Make the cluster with its one database; a half-made one never takes its name."""
    fresh = place.cluster.with_name("cluster.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=PRIVATE)
    place.user.give(fresh)
    programs = place.programs / "bin"
    _run(place, until, [programs / "initdb", "-D", fresh, *INITDB])
    single: list[str | Path] = [programs / "postgres", "--single", "-D", fresh, "template1"]
    _run(place, until, single, f"CREATE DATABASE {DATABASE}")
    fresh.rename(place.cluster)


def ready(cluster: Path) -> bool:
    """Say whether a live server has declared this cluster open."""
    try:
        lines = (cluster / "postmaster.pid").read_bytes().splitlines()
        opened = len(lines) > STATUS_LINE and lines[STATUS_LINE].strip() == b"ready"
        return opened and _serves(int(lines[0]), cluster)
    except (OSError, ValueError):
        return False


def clear(place: Place) -> None:
    """End servers that lost their watcher and remove what they left.

    Only for the holder of the start lock: a pid file that names another program goes too.
    """
    left = _servers(place.cluster)
    for harder in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        left = _end(place.cluster, left, harder)
    if left:
        raise EmbeddedPostgresFailed(f"process {left[0]} serves these files and cannot be ended")
    (place.cluster / "postmaster.pid").unlink(missing_ok=True)
    shutil.rmtree(place.sockets, ignore_errors=True)


def _end(cluster: Path, servers: list[int], how: signal.Signals) -> list[int]:
    """Signal the servers on this cluster; return those still there after a while."""
    until = time.monotonic() + LEAVING_TIME
    left = servers
    for pid in servers:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, how)
    while left and time.monotonic() < until:
        time.sleep(PAUSE)
        left = _servers(cluster)
    return left


def _servers(cluster: Path) -> list[int]:
    pids = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())
    return [pid for pid in pids if _serves(pid, cluster)]


def _serves(pid: int, cluster: Path) -> bool:
    """Say whether that process is a postgres on this cluster."""
    process = Path("/proc") / str(pid)
    try:
        if (process / "comm").read_bytes() != b"postgres\n":
            return False
        if os.fsencode(cluster) in (process / "cmdline").read_bytes().split(b"\0"):
            return True
        # Its children hide their arguments; a container's root may not see where they work.
        return (process / "cwd").samefile(cluster)
    except OSError:
        return False


def _run(place: Place, until: float, command: list[str | Path], told: str = "") -> None:
    try:
        subprocess.run(
            command,
            check=True,
            cwd="/",
            env=ENVIRONMENT,
            input=told,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=max(0.0, until - time.monotonic()),
            **place.user.identity,
        )
    except subprocess.CalledProcessError as error:
        raise EmbeddedPostgresFailed(error.stdout[-2000:]) from error
    except subprocess.TimeoutExpired as error:
        raise EmbeddedPostgresFailed(f"{Path(command[0]).name} did not end in time") from error
    except OSError as error:
        raise EmbeddedPostgresFailed(str(error)) from error
