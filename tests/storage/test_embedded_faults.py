"""The embedded server under violent ends."""

import os
import signal
import subprocess
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from storage.embedded import Postgres
from storage.file_lock import FileLock

Ask = Callable[[str, str], object]
Look = Callable[[Path], Any]
Hold = Callable[..., Any]


def test_a_killed_owner_takes_the_server_along(
    data: Path, hold: Hold, serving: Look, ask: Ask
) -> None:
    """Nobody has to say goodbye: SIGKILL of the last holder ends every process of the server."""
    owner = hold(data)
    ask(owner.dsn, "CREATE TABLE kept AS SELECT 42 AS value")
    with serving(owner.where).all_end():
        owner.kill()
    assert not (owner.where / "sock").exists()
    assert not (owner.where / "cluster" / "postmaster.pid").exists()
    with Postgres.start(data) as postgres:
        assert ask(postgres.dsn, "SELECT value FROM kept") == 42


def test_a_killed_starter_leaves_the_server_to_the_others(
    data: Path, hold: Hold, serving: Look, ask: Ask
) -> None:
    """SIGKILL of the process that started the server does not disturb one that joined."""
    starter = hold(data)
    with Postgres.start(data) as joined:
        before = serving(joined.where)
        starter.kill()
        assert ask(joined.dsn, "SELECT 1") == 1
        assert serving(joined.where).postmaster == before.postmaster


def test_a_forked_child_is_no_holder(data: Path, hold: Hold, serving: Look) -> None:
    """A child forked by the owner and outliving it does not keep the server up."""
    owner = hold(data, "fork")
    try:
        with serving(owner.where).all_end():
            owner.process.send_signal(signal.SIGKILL)
    finally:
        os.kill(owner.child, signal.SIGKILL)


def test_a_killed_server_comes_back_with_every_committed_row(
    data: Path, serving: Look, ask: Ask
) -> None:
    """SIGKILL of the postmaster is survived: holders find a new one, and their rows."""
    with Postgres.start(data) as postgres:
        ask(postgres.dsn, "CREATE TABLE kept (value int)")
        first = serving(postgres.where)
        for killed in range(3):
            for _ in range(5):
                ask(postgres.dsn, "INSERT INTO kept VALUES (1)")
            os.kill(serving(postgres.where).postmaster, signal.SIGKILL)
            assert ask(postgres.dsn, "SELECT count(*) FROM kept") == 5 * (killed + 1)
        last = serving(postgres.where)
        assert last.postmaster != first.postmaster
        assert last.watcher == first.watcher
        with Postgres.start(data) as joined:
            assert ask(joined.dsn, "SELECT count(*) FROM kept") == 15


def test_a_killed_watcher_takes_the_server_along(data: Path, serving: Look, ask: Ask) -> None:
    """Without its watcher no server stays behind, and the next start is a clean one."""
    with Postgres.start(data) as postgres:
        ask(postgres.dsn, "CREATE TABLE kept AS SELECT 42 AS value")
        server = serving(postgres.where)
        with server.all_end():
            os.kill(server.watcher, signal.SIGKILL)
        with Postgres.start(data) as again:
            assert ask(again.dsn, "SELECT value FROM kept") == 42


def test_everything_killed_at_once_loses_no_committed_row(
    data: Path, hold: Hold, serving: Look, ask: Ask
) -> None:
    """Owner, watcher and server killed together, as in a power cut: the rows are there."""
    owner = hold(data)
    ask(owner.dsn, "CREATE TABLE kept AS SELECT generate_series(1, 1000) AS value")
    server = serving(owner.where)
    for pid in (server.watcher, server.postmaster, owner.process.pid):
        os.kill(pid, signal.SIGSTOP)
    with server.all_end():
        for pid in (owner.process.pid, server.watcher, server.postmaster):
            os.kill(pid, signal.SIGKILL)
    with Postgres.start(data) as postgres:
        assert ask(postgres.dsn, "SELECT count(*) FROM kept") == 1000


def test_a_server_without_a_watcher_is_ended_before_the_next(
    data: Path, serving: Look, ask: Ask
) -> None:
    """A server found running on the files, held by nobody, makes way for a watched one."""
    with Postgres.start(data) as postgres:
        before = serving(postgres.where)
        os.kill(before.postmaster, signal.SIGSTOP)
        with replace(before, processes=(before.watcher,)).all_end():
            os.kill(before.watcher, signal.SIGKILL)
        with replace(before, processes=(before.postmaster,)).all_end():
            os.kill(before.postmaster, signal.SIGCONT)
            with Postgres.start(data) as again:
                assert ask(again.dsn, "SELECT 1") == 1
                assert serving(again.where).postmaster != before.postmaster


def test_a_watcher_that_dies_while_another_starts_is_replaced(data: Path, ask: Ask) -> None:
    """Who joins a server in the moment its watcher is lost starts a new one instead."""
    with Postgres.start(data) as before:
        pass
    started: list[Postgres] = []
    starter = threading.Thread(target=lambda: started.append(Postgres.start(data, deadline=30)))
    with FileLock(before.where / "watcher.lock") as dying:
        assert dying.exclusive()
        starter.start()
        starter.join(0.3)
        assert starter.is_alive()
    starter.join(30)
    with started[0] as postgres:
        assert ask(postgres.dsn, "SELECT 1") == 1


def test_a_pid_file_that_names_another_program_is_stale(
    data: Path, serving: Look, ask: Ask
) -> None:
    """After a container's restart the old pid may be anybody's: it is neither obeyed nor hurt."""
    with Postgres.start(data) as postgres:
        files = postgres.where / "cluster"
        pid_file = (files / "postmaster.pid").read_text()
        old = str(serving(postgres.where).postmaster)
    owner = {"user": files.stat().st_uid} if os.geteuid() == 0 else {}
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE, **owner) as stranger:  # type: ignore[call-overload]
        stale = files / "postmaster.pid"
        stale.write_text(pid_file.replace(old, str(stranger.pid)))
        os.chown(stale, files.stat().st_uid, files.stat().st_gid)
        with Postgres.start(data) as again:
            assert ask(again.dsn, "SELECT 1") == 1
        assert stranger.poll() is None


def test_signals_meant_for_the_owner_do_not_reach_the_server(
    data: Path, hold: Hold, serving: Look, ask: Ask
) -> None:
    """Ctrl-C and a terminal that closes end the owner's group, not the server of others."""
    starter = hold(data)
    server = serving(starter.where)
    for pid in (server.watcher, server.postmaster):
        assert os.getsid(pid) != os.getsid(starter.process.pid)
    with Postgres.start(data) as joined:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            os.kill(server.watcher, number)
        starter.leave()
        assert ask(joined.dsn, "SELECT 1") == 1
        assert serving(joined.where).watcher == server.watcher
