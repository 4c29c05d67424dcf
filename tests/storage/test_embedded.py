"""The embedded server's life: starting, sharing, leaving."""

import os
import shutil
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from storage.embedded import Postgres, binaries
from storage.errors import DataFolderUnusable, EmbeddedPostgresFailed

Ask = Callable[[str, str], object]
Look = Callable[[Path], Any]
Hold = Callable[..., Any]


def left_behind(postgres: Postgres) -> set[str]:
    """What a server's folder holds beyond its files, locks and log."""
    lasting = {"cluster", "holders.lock", "log", "start.lock", "watcher.lock"}
    return {path.name for path in postgres.where.iterdir()} - lasting


def test_what_was_written_is_there_at_the_next_start(folder: Path, ask: Ask) -> None:
    """A cold start makes the database, a warm one finds it."""
    with Postgres.start(folder / "data") as first:
        ask(first.dsn, "CREATE TABLE kept AS SELECT 42 AS value")
    with Postgres.start(folder / "data") as second:
        assert ask(second.dsn, "SELECT value FROM kept") == 42


def test_stopping_leaves_nothing(data: Path, serving: Look) -> None:
    """After the last stop, and a second one, no process, socket or temporary file is left."""
    postgres = Postgres.start(data)
    with serving(postgres.where).all_end(within=0):
        postgres.stop()
    postgres.stop()
    assert left_behind(postgres) == set()
    assert not (postgres.where / "cluster" / "postmaster.pid").exists()


def test_the_server_listens_on_a_private_socket_only(data: Path, ask: Ask) -> None:
    """There is no TCP port, and nobody else may use the socket or read the files."""
    with Postgres.start(data) as postgres:
        assert ask(postgres.dsn, "SHOW listen_addresses") == ""
        sockets = Path(parse_qs(urlsplit(postgres.dsn).query)["host"][0])
        assert sockets.stat().st_mode & 0o777 == 0o700
        assert (postgres.where / "cluster").stat().st_mode & 0o777 == 0o700
        for name in ("log", "holders.lock"):
            assert (postgres.where / name).stat().st_mode & 0o777 == 0o600


def test_acknowledged_means_on_disk(data: Path, ask: Ask) -> None:
    """The settings that durability rests on are on."""
    with Postgres.start(data) as postgres:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            assert ask(postgres.dsn, f"SHOW {setting}") == "on"


def test_a_second_process_joins_and_the_last_ends_the_server(
    data: Path, hold: Hold, serving: Look, ask: Ask
) -> None:
    """The starter may leave first: the server stays for the one that joined, and then ends."""
    starter = hold(data)
    joiner = hold(data)
    assert joiner.dsn == starter.dsn
    server = serving(starter.where)
    starter.leave()
    assert ask(joiner.dsn, "SELECT 1") == 1
    assert serving(joiner.where).postmaster == server.postmaster
    with server.all_end(within=0):
        joiner.leave()


def test_two_holders_in_one_process_count_twice(data: Path, ask: Ask) -> None:
    """Within one process, too, the last to leave ends the server."""
    with Postgres.start(data) as first:
        second = Postgres.start(data)
        second.stop()
        assert ask(first.dsn, "SELECT 1") == 1


def test_starting_and_leaving_at_once(data: Path, ask: Ask) -> None:
    """Whoever starts while others leave gets a server that answers and stays."""
    answers: list[object] = []

    def come_and_go() -> None:
        for _ in range(6):
            with Postgres.start(data) as postgres:
                answers.append(ask(postgres.dsn, "SELECT 1"))

    threads = [threading.Thread(target=come_and_go) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert answers == [1] * 24
    with Postgres.start(data) as postgres:
        pass
    assert left_behind(postgres) == set()


def test_the_thread_that_started_it_may_end(data: Path, ask: Ask) -> None:
    """The server belongs to the process, not to the thread that called start."""
    started: list[Postgres] = []
    thread = threading.Thread(target=lambda: started.append(Postgres.start(data)))
    thread.start()
    thread.join(60)
    with started[0] as postgres:
        assert ask(postgres.dsn, "SELECT 1") == 1


@pytest.mark.parametrize("locale", ["C", "ru_RU.KOI8-R", "xx_XX.nonsense"])
def test_the_callers_environment_does_not_matter(
    folder: Path, ask: Ask, monkeypatch: pytest.MonkeyPatch, locale: str
) -> None:
    """Cyrillic has cases in any locale, and a stray PG variable leads nowhere."""
    for name in ("LC_ALL", "LANG", "LC_CTYPE"):
        monkeypatch.setenv(name, locale)
    monkeypatch.setenv("PGPORT", "1")
    monkeypatch.setenv("PGDATA", "/nowhere")
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    with Postgres.start(folder) as postgres:
        assert ask(postgres.dsn, "SELECT lower('ПРИВЕТ')") == "привет"
        assert ask(postgres.dsn, "SELECT 'Ёж' ILIKE 'ёЖ'") is True
        assert ask(postgres.dsn, "SELECT pg_encoding_to_char(encoding) FROM pg_database") == "UTF8"
        assert ask(postgres.dsn, "SELECT to_tsvector('russian', 'КОШКИ') @@ 'кошк'") is True


def test_the_callers_secrets_stay_with_the_caller(
    data: Path, serving: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Processes that may outlive the caller do not inherit its environment."""
    monkeypatch.setenv("TGACTORS_SESSION_KEYS", "hunter2")
    with Postgres.start(data) as postgres:
        server = serving(postgres.where)
        for pid in (server.watcher, server.postmaster):
            assert b"hunter2" not in Path(f"/proc/{pid}/environ").read_bytes()


def test_the_address_serves_other_clients(folder: Path) -> None:
    """The address is a proper URL: libpq's own programs take it, whatever the path."""
    with Postgres.start(folder / "с пробелом") as postgres:
        psql = binaries.installed() / "bin" / "psql"
        said = subprocess.run(
            [psql, "-X", "-A", "-t", "-c", "SELECT current_database()", postgres.dsn],
            check=False,
            capture_output=True,
            text=True,
            timeout=30,
        )
    assert (said.stdout, said.stderr) == ("app\n", "")


@pytest.mark.parametrize(
    "name", ["с пробелом и кириллицей", "a,b", "100%+1", "-k", "quo'te\"d", "é\udcff"]
)
def test_any_path_will_do(folder: Path, ask: Ask, name: str) -> None:
    """Spaces, Cyrillic, commas and worse in the path reach both server and client."""
    with Postgres.start(folder / name) as postgres:
        assert ask(postgres.dsn, "SELECT 1") == 1
    assert left_behind(postgres) == set()


def test_a_long_path_moves_the_socket(folder: Path, ask: Ask) -> None:
    """Where the kernel would refuse the socket's path, a short one is used and removed."""
    data = folder / ("long" * 20) / ("longer" * 20)
    with Postgres.start(data) as postgres, Postgres.start(data) as joined:
        assert joined.dsn == postgres.dsn
        sockets = Path(parse_qs(urlsplit(postgres.dsn).query)["host"][0])
        assert len(os.fsencode(sockets)) < 60
        assert ask(postgres.dsn, "SELECT 1") == 1
    assert not sockets.exists()


def test_a_relative_path_is_the_same_folder(
    folder: Path, monkeypatch: pytest.MonkeyPatch, ask: Ask
) -> None:
    """A holder that names the folder differently joins the same server."""
    monkeypatch.chdir(folder)
    (folder / "link").symlink_to(folder / "data")
    with Postgres.start(folder / "data") as first:
        for other in (Path("data"), folder / "link"):
            with Postgres.start(other) as second:
                assert second.dsn == first.dsn
                assert ask(second.dsn, "SELECT 1") == 1


def test_a_half_made_cluster_is_made_anew(folder: Path, ask: Ask) -> None:
    """A start that had no time leaves nothing that the next one trips over."""
    with pytest.raises(EmbeddedPostgresFailed):
        Postgres.start(folder, deadline=0)
    half = folder / "postgres" / "cluster.new"
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    with Postgres.start(folder) as postgres:
        assert ask(postgres.dsn, "SELECT 1") == 1
    assert left_behind(postgres) == set()


def test_a_server_that_cannot_start_is_told_with_its_log(data: Path) -> None:
    """A damaged cluster is refused in the server's own words and leaves nothing running."""
    with Postgres.start(data) as postgres:
        pass
    control = postgres.where / "cluster" / "global" / "pg_control"
    control.rename(control.with_name("elsewhere"))
    with pytest.raises(EmbeddedPostgresFailed) as refused:
        Postgres.start(data)
    # Once: a server that never opened is not tried again and again.
    assert refused.value.log_tail.count("global/pg_control") == 1
    control.with_name("elsewhere").rename(control)
    with Postgres.start(data):
        pass


def test_a_file_in_the_way_is_told(folder: Path) -> None:
    """A data folder that is a file is refused in words."""
    (folder / "data").write_text("")
    with pytest.raises(DataFolderUnusable, match="not a folder"):
        Postgres.start(folder / "data")


def test_a_socket_folder_of_somebody_else_is_refused(folder: Path) -> None:
    """A short socket path that others prepared is not used."""
    data = folder / ("long" * 20) / ("longer" * 20)
    with Postgres.start(data) as postgres:
        sockets = Path(parse_qs(urlsplit(postgres.dsn).query)["host"][0])
    sockets.symlink_to(folder)
    try:
        with pytest.raises(DataFolderUnusable, match="somebody else"):
            Postgres.start(data)
    finally:
        sockets.unlink()
