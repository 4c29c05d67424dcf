"""A look at an embedded server that leaves its data folder as it is."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage.data_folder import PASSABLE, reason
from storage.embedded import cluster
from storage.embedded.place import existing_home, sockets_of
from storage.embedded.postgres import Postgres, address
from storage.errors import DatabaseTooLarge, DataFolderUnusable, EmbeddedPostgresFailed

MOST = 1 << 30  # bytes that are copied
COPYING_TIME = 60.0


@contextmanager
def trial(data: Path, scratch: Path, *, deadline: float = 30) -> Iterator[str]:
    """Give the address of a server with the data folder's content.

    A server that runs there is joined as any client does. Otherwise one is started in the scratch
    folder, on a copy of what is there, or empty, and ended with the block.
    """
    try:
        home = existing_home(data)
        running = home is not None and cluster.ready(home / "cluster")
        if home is not None and not running:
            _copy(home / "cluster", scratch / "postgres")
    except OSError as error:
        raise DataFolderUnusable(error.filename or str(data), reason(error)) from error
    if home is not None and running:
        yield address(sockets_of(home))
    else:
        with Postgres.start(scratch, deadline=deadline) as postgres:
            yield postgres.dsn


def _copy(source: Path, home: Path) -> None:
    """Copy a cluster into a new home, its owner with it."""
    size = sum(path.lstat().st_size for path in source.rglob("*"))
    if size > MOST:
        raise DatabaseTooLarge(str(source.parent), size >> 20)
    home.mkdir()
    if os.geteuid() == 0:
        home.chmod(PASSABLE)
    try:
        subprocess.run(
            ["cp", "-a", "--", source, home / "cluster"],
            check=True,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=COPYING_TIME,
        )
    except subprocess.CalledProcessError as error:
        raise EmbeddedPostgresFailed(error.stderr.strip()) from error
    except subprocess.TimeoutExpired as error:
        raise EmbeddedPostgresFailed("copying it for a trial took too long") from error
