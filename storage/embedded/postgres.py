"""The embedded server's life, as its holders see it."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from storage.data_folder import make_data_folder
from storage.embedded import cluster, watcher
from storage.embedded.place import Place, choose
from storage.errors import DataFolderUnusable, EmbeddedPostgresFailed
from storage.file_lock import FileLock, open_owned

PORT = 5432
SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "shared_buffers": "32MB",
    "max_connections": "64",
    "max_wal_size": "256MB",
    "max_parallel_workers_per_gather": "0",
    "max_logical_replication_workers": "0",
    "io_method": "sync",
    "huge_pages": "off",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # The log is kept small, and free of what people wrote.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
}
TAIL = 2000
PAUSE = 0.005


class Postgres:
    """One holder of the embedded server: the first starts it, the last to leave ends it."""

    def __init__(self, place: Place, holder: FileLock) -> None:
        self._place = place
        self._holder = holder

    def __repr__(self) -> str:
        return f"<Postgres {self.where} {'left' if self._holder.closed else 'held'}>"

    @classmethod
    def start(cls, data: Path, *, deadline: float = 60) -> Self:
        """Start or join the data folder's server and wait until it answers; blocks."""
        until = time.monotonic() + deadline
        place = choose(make_data_folder(data))
        with _start_lock(place, until):
            holder = FileLock(place.home / "holders.lock")
            try:
                if not holder.shared(until=until):
                    raise EmbeddedPostgresFailed("the server before this one is still stopping")
                _keep_running(place, until)
            except BaseException:
                holder.close()
                raise
        return cls(place, holder)

    @property
    def dsn(self) -> str:
        """The address for asyncpg and libpq."""
        return address(self._place.sockets)

    @property
    def where(self) -> Path:
        """The folder that really holds the database."""
        return self._place.home

    def stop(self, *, deadline: float = 60) -> None:
        """Leave; the last one waits until the server has ended. A second call does nothing."""
        if self._holder.closed:
            return
        until = time.monotonic() + deadline
        try:
            with _start_lock(self._place, until):
                self._leave(until)
        finally:
            self._holder.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _leave(self, until: float) -> None:
        if self._holder.closed:
            return
        # Refused both ways: the watcher holds it, so this was the last holder.
        last = self._holder.exclusive() or not self._holder.shared()
        self._holder.close()
        if not last:
            return
        if not _await_watcher(self._place, until):
            raise EmbeddedPostgresFailed("the server did not end in time")
        cluster.clear(self._place)  # nothing to do, unless the watcher was killed


def address(sockets: Path) -> str:
    """Return the address for asyncpg and libpq of the server with that socket."""
    return f"postgresql://postgres@/{cluster.DATABASE}?host={quote(str(sockets))}&port={PORT}"


def _start_lock(place: Place, until: float) -> FileLock:
    """Take the lock under which a server is started or left."""
    try:
        lock = FileLock(place.home / "start.lock")
    except OSError as error:
        raise DataFolderUnusable(str(place.home), str(error)) from error
    if not lock.exclusive(until=until):
        lock.close()
        raise EmbeddedPostgresFailed("another process is still starting or stopping it")
    return lock


def _keep_running(place: Place, until: float) -> None:
    """See to it that a watcher runs and its server is open."""
    started = False
    while True:
        with FileLock(place.home / "watcher.lock") as lock:
            if lock.exclusive():  # nobody watches, or the watcher just died
                if started:
                    raise EmbeddedPostgresFailed(_tail(place.log))
                cluster.clear(place)
                if not place.cluster.exists():
                    cluster.create(place, until)
                _start_watcher(place, lock, until)
                started = True
        if cluster.ready(place.cluster):
            return
        if time.monotonic() >= until:
            raise EmbeddedPostgresFailed(f"not open in time. {_tail(place.log)}")
        time.sleep(PAUSE)


def _start_watcher(place: Place, lock: FileLock, until: float) -> None:
    """Start the watcher with its lock inherited, so that at no time nobody holds it."""
    place.make_sockets()
    settings = [f"--{name}={value}" for name, value in SETTINGS.items()]
    server = str(place.programs / "bin" / "postgres")
    task = {
        "command": [server, "-D", str(place.cluster), "-k", str(place.sockets), *settings],
        "environment": cluster.ENVIRONMENT,
        "identity": place.user.identity,
        "holders": str(place.home / "holders.lock"),
        "pid_file": str(place.cluster / "postmaster.pid"),
        "sockets": str(place.sockets),
    }
    with os.fdopen(open_owned(place.log), "wb") as log:
        log.truncate()
        try:
            subprocess.run(
                [sys.executable, "-I", "-S", watcher.__file__],
                check=True,
                cwd="/",
                env=_environment(),
                input=json.dumps(task).encode(),
                stdout=log,
                stderr=log,
                pass_fds=[lock.fd],
                timeout=max(0.0, until - time.monotonic()),
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise EmbeddedPostgresFailed(f"its watcher did not start: {error}") from error


def _environment() -> dict[str, str]:
    """What the watcher gets: no secrets, but whatever the interpreter needs to load."""
    libraries = os.environ.get("LD_LIBRARY_PATH")
    return cluster.ENVIRONMENT | ({"LD_LIBRARY_PATH": libraries} if libraries else {})


def _await_watcher(place: Place, until: float) -> bool:
    with FileLock(place.home / "watcher.lock") as lock:
        return lock.exclusive(until=until)


def _tail(log: Path) -> str:
    """The last words in a log."""
    try:
        return log.read_text(errors="replace")[-TAIL:].strip() or "it said nothing"
    except OSError as error:
        return str(error)
