"""The doctor, as a person calls it."""

from __future__ import annotations

import signal
import socket
import stat
from pathlib import Path

import pytest

from sandbox import Sandbox
from storage.migrations import KNOWN
from storage.sessions import new_key
from tests.bot.conftest import CommandLine, Done, children_of_the_data_folder

CHECKS = (
    "configuration",
    "python",
    "packages",
    "encryption",
    "clock",
    "data folder",
    "disk",
    "database",
    "session keys",
    "open files",
    "ports",
    "telegram",
)


def levels(done: Done) -> dict[str, str]:
    """Return how each check went, as told with --json."""
    return {each["check"]: each["level"] for each in done.facts["findings"]}


def text(done: Done, check: str) -> str:
    """Return what a check said."""
    (found,) = [each["text"] for each in done.facts["findings"] if each["check"] == check]
    return str(found)


def content(folder: Path) -> dict[str, tuple[int, int, int]]:
    """Every file with its mode, size and time."""
    found = ((str(path), path.lstat()) for path in folder.rglob("*"))
    return {name: (each.st_mode, each.st_size, each.st_mtime_ns) for name, each in found}


def test_a_new_place_is_well_and_stays_as_it_is(line: CommandLine, folder: Path) -> None:
    """With nothing set only Telegram is missing: a line for each check, exit 0, no file made."""
    done = line.run("doctor", TMPDIR=str(folder))
    assert (done.status, done.err) == (0, "")
    shown = done.out.splitlines()
    assert [row[9:24].strip() for row in shown[:-1]] == list(CHECKS)
    assert {row.split()[0] for row in shown[:-2]} == {"ok"}
    assert shown[-2].startswith("warning  telegram       No Telegram is configured.")
    assert shown[-1] == "0 problems, 1 warning."
    assert list(folder.iterdir()) == []
    assert children_of_the_data_folder(folder) == []


def test_a_lived_in_place_is_well_and_stays_as_it_is(home: CommandLine) -> None:
    """Schema, sessions, the way to Telegram and the clocks are seen; no file changes."""
    before = content(home.folder)
    done = home.run("doctor", "--json")
    assert done.status == 0, done
    assert [done.facts["problems"], done.facts["warnings"]] == [0, 0]
    assert set(levels(done)) == {*CHECKS, "clock skew"}
    assert text(done, "database").endswith(f"; schema {KNOWN[-1].number}.")
    assert text(done, "session keys").endswith("session.key opens 1 stored session.")
    assert content(home.folder) == before


def test_a_running_house_is_named_and_left_alone(home: CommandLine, telegram: Sandbox) -> None:
    """Its process is named, its database asked beside it, and its work goes on."""
    telegram.scan_automatically(None)
    login = home.start("login", 7)
    home.hear(login, "Code 1")
    done = home.run("doctor", "--json")
    assert done.status == 0, done
    assert f"in use by process {login.pid};" in text(done, "data folder")
    assert text(done, "session keys").endswith("opens 1 stored session.")
    assert home.interrupt(login, signal.SIGINT).status == 130


def test_all_that_is_wrong_is_told_at_once(home: CommandLine) -> None:
    """One problem hides no other: a wrong key, an open key file, no room, nobody at the address."""
    (home.folder / "data" / "session.key").write_text(new_key())
    (home.folder / "data" / "session.key").chmod(0o600)
    done = home.run(
        "doctor",
        "--json",
        TGACTORS_FREE_SPACE_MB="999999999",
        TGACTORS_TELEGRAM="sandbox://127.0.0.1:9",
    )
    assert done.status == 2
    wrong = {name for name, level in levels(done).items() if level == "problem"}
    assert wrong == {"disk", "session keys", "telegram"}
    assert done.facts["problems"] == 3
    assert done.err.splitlines()[-1] == "3 problems, 0 warnings."


def test_a_wrong_configuration_does_not_end_it(line: CommandLine) -> None:
    """What does not depend on it is looked at, and what does says so."""
    done = line.run("doctor", "--json", TGACTORS_API_ID="x", TGACTORS_FREE_SPACE_MB="-1")
    assert done.status == 2
    told = text(done, "configuration")
    assert ("TGACTORS_API_ID: " in told, "TGACTORS_FREE_SPACE_MB: " in told) == (True, True)
    found = levels(done)
    assert [found["database"], found["telegram"], found["disk"]] == ["warning", "warning", "ok"]


def test_a_server_is_judged(known: CommandLine, telegram: Sandbox) -> None:
    """A database of one's own is reached, and its sessions are opened by the configured keys."""
    done = known.run("doctor", "--json")
    assert done.status == 0, done
    assert text(done, "database").startswith("The server of TGACTORS_DATABASE_URL: PostgreSQL ")
    assert text(done, "session keys") == "TGACTORS_SESSION_KEYS opens 1 stored session."
    assert [call.method for call in telegram.calls] == []
    assert not (known.folder / "data").exists()


def test_a_silent_server_does_not_hold_it_up(line: CommandLine) -> None:
    """Neither a database nor a Telegram that takes a connection and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        done = line.run(
            "doctor",
            "--json",
            TGACTORS_DATABASE_URL=f"postgresql://me:hunter2@127.0.0.1:{port}/x",
            TGACTORS_SESSION_KEYS=new_key(),
            TGACTORS_TELEGRAM=f"sandbox://127.0.0.1:{port}",
        )
    assert done.status == 2
    assert [levels(done)[name] for name in ("database", "telegram")] == ["problem", "problem"]
    assert "hunter2" not in done.out + done.err


def test_a_sandbox_elsewhere_is_refused_unasked(line: CommandLine) -> None:
    """An address that is not loopback is a problem, and nobody is connected to."""
    done = line.run("doctor", "--json", "--telegram", "sandbox://10.1.2.3:4430")
    assert (done.status, levels(done)["configuration"]) == (2, "problem")
    assert "loopback" in text(done, "configuration")
    assert "mend the configuration first" in text(done, "telegram")


def test_an_open_key_file_is_told_with_the_command(home: CommandLine) -> None:
    """The command that is printed mends it."""
    key = home.folder / "data" / "session.key"
    key.chmod(0o644)
    done = home.run("doctor", "--json")
    assert (done.status, levels(done)["session keys"]) == (2, "problem")
    assert text(done, "session keys").endswith(f"chmod 600 '{key}'")
    assert stat.S_IMODE(key.stat().st_mode) == 0o644


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_doctor_leaves_nothing(
    line: CommandLine, folder: Path, number: signal.Signals, status: int
) -> None:
    """In the middle of its trial it ends in order, and no process and no folder stay."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        telegram = f"sandbox://127.0.0.1:{silent.getsockname()[1]}"
        doctor = line.start("doctor", "--telegram", telegram, TMPDIR=str(folder))
        line.hear(doctor, "python")
        done = line.interrupt(doctor, number)
    assert (done.status, done.err) == (status, ""), done
    assert list(folder.iterdir()) == []
    assert children_of_the_data_folder(folder) == []
