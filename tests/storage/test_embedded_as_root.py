"""The embedded server when root starts it: no server may run as root."""

import os
import pwd
import shutil
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from storage.embedded import Postgres, binaries, place
from storage.embedded.place import REFUGE
from storage.errors import DataFolderUnusable

Ask = Callable[[str, str], object]
Look = Callable[[Path], Any]
Hold = Callable[..., Any]

NOBODY = pwd.getpwnam("nobody")
ORDINARY = pwd.getpwnam("daemon")
NAMELESS = 54321

CLOSED, OPEN = 0o700, 0o711


@pytest.fixture(autouse=True)
def _refuges(folder: Path, tmp_path: Path) -> Iterator[None]:
    """Remove what the test had put under the refuge."""
    yield
    moved = [folder / "data", folder / "a", folder / "b", programs_under(tmp_path)]
    for path in moved:
        shutil.rmtree(refuge_of(path), ignore_errors=True)


def refuge_of(path: Path) -> Path:
    """Where a data folder or programs go when the server's user cannot get to them."""
    return REFUGE / f"tgactors-{place._digest(path)}"


def programs_under(folder: Path) -> Path:
    """Where a test installs programs of its own."""
    return folder / "packages" / binaries.PACKAGE / binaries.INSTALL


def user_of(pid: int) -> int:
    """The user a process runs as."""
    return Path(f"/proc/{pid}").stat().st_uid


def ordinary(user: pwd.struct_passwd) -> list[str]:
    """The command that runs the rest of its line as an ordinary user."""
    command = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    server_user = place.ServerUser(user.pw_uid, user.pw_gid)
    if server_user.runs(Path(sys.executable).resolve()):
        return command
    # The interpreter lies in root's home: let the user read, and nothing else, everywhere.
    return [*command, "--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]


def test_the_server_runs_as_nobody(folder: Path, serving: Look) -> None:
    """In a folder it can reach the server runs in place, as nobody, and owns its files only."""
    with Postgres.start(folder / "data") as postgres:
        assert postgres.where == folder / "data" / "postgres"
        server = serving(postgres.where)
        assert user_of(server.postmaster) == NOBODY.pw_uid
        assert user_of(server.watcher) == 0
        assert (postgres.where / "cluster").stat().st_uid == NOBODY.pw_uid
        assert postgres.where.stat().st_uid == 0


def test_a_closed_parent_stays_closed(folder: Path, ask: Ask, serving: Look) -> None:
    """Data behind a 0700 folder lives in the refuge, the same at each start."""
    folder.chmod(CLOSED)
    with Postgres.start(folder / "data") as postgres:
        ask(postgres.dsn, "CREATE TABLE kept AS SELECT 42 AS value")
        assert postgres.where == refuge_of(folder / "data") / "postgres"
        assert user_of(serving(postgres.where).postmaster) == NOBODY.pw_uid
    assert stat.S_IMODE(folder.stat().st_mode) == CLOSED
    assert not (folder / "data" / "postgres").exists()
    folder.chmod(OPEN)
    with Postgres.start(folder / "data") as again:
        assert ask(again.dsn, "SELECT value FROM kept") == 42


def test_two_closed_folders_do_not_meet(folder: Path) -> None:
    """Each data folder has a refuge of its own."""
    folder.chmod(CLOSED)
    with Postgres.start(folder / "a") as first, Postgres.start(folder / "b") as second:
        assert first.where != second.where


def test_a_database_that_became_unreachable_is_not_replaced(folder: Path, ask: Ask) -> None:
    """Closing a parent later is refused with the remedy: an empty database would look like loss."""
    with Postgres.start(folder / "data") as postgres:
        ask(postgres.dsn, "CREATE TABLE kept AS SELECT 42 AS value")
    folder.chmod(CLOSED)
    with pytest.raises(DataFolderUnusable, match="nobody, whom the server runs as"):
        Postgres.start(folder / "data")
    folder.chmod(OPEN)
    with Postgres.start(folder / "data") as again:
        assert ask(again.dsn, "SELECT value FROM kept") == 42


def test_unreachable_programs_are_copied(
    folder: Path, tmp_path: Path, hold: Hold, serving: Look, ask: Ask
) -> None:
    """Programs installed under a 0700 folder, as in root's home, run from a readable copy."""
    installed, home = binaries.installed(), programs_under(tmp_path)
    packages = home.parent.parent
    packages.mkdir(mode=CLOSED)
    for part in binaries.COPIED:
        copy(installed / part, home / part)
    copy(installed.parent.parent / binaries.LIBRARIES, packages / binaries.LIBRARIES)
    (home.parent / "__init__.py").write_text("raise SystemExit('imported')")
    path = os.pathsep.join([str(packages), *filter(None, [os.environ.get("PYTHONPATH")])])
    for _ in range(2):
        holder = hold(folder, PYTHONPATH=path)
        postmaster = serving(holder.where).postmaster
        program = Path(f"/proc/{postmaster}/exe").readlink()
        assert program.is_relative_to(refuge_of(home))
        assert ask(holder.dsn, "SELECT to_tsvector('russian', 'КОШКИ')::text") == "'кошк':1"
        holder.leave()
    assert stat.S_IMODE(packages.stat().st_mode) == CLOSED
    assert list(REFUGE.glob(f"{refuge_of(home).name}*")) == [refuge_of(home)]


def copy(source: Path, target: Path) -> None:
    """Copy a file or a tree, privately."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        shutil.copy2(source, target)
    target.chmod(CLOSED)


def test_in_somebodys_folder_the_server_is_theirs(
    folder: Path, hold: Hold, serving: Look, ask: Ask
) -> None:
    """Root starting in an ordinary user's data folder leaves a database that this user can use."""
    data = folder / "data"
    data.mkdir(mode=CLOSED)
    os.chown(data, ORDINARY.pw_uid, ORDINARY.pw_gid)
    with Postgres.start(data) as postgres:
        assert user_of(serving(postgres.where).postmaster) == ORDINARY.pw_uid
        ask(postgres.dsn, "CREATE TABLE kept AS SELECT 42 AS value")
    holder = hold(data, before=ordinary(ORDINARY))
    assert ask(holder.dsn, "SELECT value FROM kept") == 42
    with Postgres.start(data) as joined:
        holder.leave()
        assert ask(joined.dsn, "SELECT 1") == 1


def test_an_ordinary_user_runs_it_as_themselves(folder: Path, hold: Hold, serving: Look) -> None:
    """Without root, server and watcher run as the user, in the folder, for the user alone."""
    os.chown(folder, NOBODY.pw_uid, NOBODY.pw_gid)
    holder = hold(folder / "data", before=ordinary(NOBODY))
    server = serving(holder.where)
    assert holder.where == folder / "data" / "postgres"
    assert {user_of(pid) for pid in server.processes} == {NOBODY.pw_uid}
    for private in (folder / "data", holder.where, holder.where / "cluster"):
        assert stat.S_IMODE(private.stat().st_mode) == CLOSED
    with server.all_end():
        holder.kill()


@pytest.mark.parametrize("mode", [OPEN, CLOSED], ids=["in place", "in the refuge"])
def test_an_ordinary_user_is_told_whose_database_it_is(folder: Path, hold: Hold, mode: int) -> None:
    """A database that root made is refused to others, and never replaced by an empty one."""
    folder.chmod(mode)
    with Postgres.start(folder / "data"):
        pass
    folder.chmod(0o777)
    (folder / "data").chmod(0o777)
    with pytest.raises(ChildProcessError, match=r"DataFolderUnusable: .* root"):
        hold(folder / "data", before=ordinary(ORDINARY))
    with pytest.raises(ChildProcessError, match=r"DataFolderUnusable: .* root"):
        hold(folder / "data", "trial", before=ordinary(ORDINARY))


def test_a_folder_of_a_nameless_user_is_served_by_nobody(
    folder: Path, serving: Look, ask: Ask
) -> None:
    """A volume that belongs to a number without a name, as in containers, works for root."""
    data = folder / "data"
    data.mkdir()
    os.chown(data, NAMELESS, NAMELESS)
    with Postgres.start(data) as postgres:
        assert user_of(serving(postgres.where).postmaster) == NOBODY.pw_uid
        assert ask(postgres.dsn, "SELECT 1") == 1
