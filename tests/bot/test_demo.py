"""The demo, as a newcomer runs it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bot.conftest import PERSON, CommandLine, Done, children_of_the_data_folder

FACTS = {
    "channels": 15,
    "added": [36, 0, 3],
    "posts": 39,
    "tagged": [35, 1],
    "indexed": 36,
    "pending": [1, 0],
    "vectors": 36,
    "vectors_end": 39,
    "client_threads": 1,
    "caller_threads": 5,
    "loop_violations": 0,
}


def demo(line: CommandLine, *words: object, **env: str) -> Done:
    """Run a demo; the first of a run is a process of its own, as a newcomer's."""
    return line.ended(line.start("demo", *words, **env))


def went_well(done: Done) -> None:
    """Check a demo with --json: its one line, and its status."""
    assert done.status == 0, done
    facts = json.loads(done.out)
    assert {**facts, "took_s": None} == {**FACTS, "took_s": None}
    assert list(facts) == [*FACTS, "took_s"]
    assert facts["took_s"] > 0


@pytest.mark.long
def test_the_demo_goes_as_it_must(line: CommandLine, folder: Path) -> None:
    """Its facts are exact, twice in a row, and nothing is left behind."""
    for _ in range(2):
        went_well(demo(line, "--json", TMPDIR=str(folder)))
        assert list(folder.iterdir()) == []
        assert children_of_the_data_folder(folder) == []


def test_the_demo_tells_people_what_it_does(line: CommandLine) -> None:
    """All eight acts are told, in plain text where nobody watches."""
    done = demo(line)
    assert (done.status, done.err) == (0, "")
    for said in (
        "First parse: 36 new posts from 15 channels",
        "since the one before: 35 tagged, 36 indexed, 1 pending.",
        "gigachat answered with something else than HTTP",
        "openrouter asks to wait (429)",
        "since the one before: 1 tagged, 0 indexed, 0 pending.",
        "Second parse: 0 new posts from 15 channels",
        "Third parse: 3 new posts from 15 channels",
        f"always on: account-{PERSON}.",
        "4 joined that parse;",
        "Loop violations: 0.",
        "https://t.me/orbit_and_beyond_demo/1",
        "[1] Python in Production",
        "no process, thread, socket or temporary file is left.",
    ):
        assert said in done.out
    assert "\x1b" not in done.out


NO_UTF8 = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "HOME": ""}
SOMEBODYS = {
    "LC_ALL": "C",
    "PYTHONIOENCODING": "ascii",
    "TGACTORS_DATABASE_URL": "postgresql://nowhere/x",
    "TGACTORS_API_ID": "x",
    "TGACTORS_FREE_SPACE_MB": "999999999",
}


@pytest.mark.soak
@pytest.mark.parametrize(
    ("env", "place", "mode"),
    [(NO_UTF8, "a place with spaces " * 8, 0o711), (SOMEBODYS, "closed", 0o700)],
    ids=["no utf-8, a long path with spaces", "settings, a closed folder"],
)
def test_the_demo_works_whatever_is_set(
    line: CommandLine, folder: Path, env: dict[str, str], place: str, mode: int
) -> None:
    """Neither the locale nor a missing home nor anybody's settings keep it from its work.

    Nor does its temporary folder: where its server's user cannot get to, root's demo goes
    elsewhere; it leaves nothing.
    """
    refuges = set(Path("/var/lib").glob("tgactors-*"))
    del line.env["HOME"]
    (folder / ".env").write_text("TGACTORS_API_ID=nonsense\n")
    (folder / place).mkdir()
    (folder / place).chmod(mode)
    done = demo(line, TMPDIR=str(folder / place), **env)
    assert (done.status, done.err) == (0, "")
    assert "▄▄▄▄▄" in done.out
    assert list((folder / place).iterdir()) == []
    assert set(Path("/var/lib").glob("tgactors-*")) <= refuges


@pytest.mark.soak
def test_the_kept_data_can_be_looked_at(line: CommandLine) -> None:
    """--keep leaves a data folder that the other commands read."""
    done = demo(line, "--keep", "kept here")
    assert done.status == 0, done
    assert f"tgactors posts {PERSON} --data '{line.folder / 'kept here'}'" in done.out
    found = line.run("posts", PERSON, "--limit", 1000, "--data", "kept here", "--json").facts
    assert len(found["posts"]) == 39
    assert children_of_the_data_folder(line.folder) == []


@pytest.mark.long
@pytest.mark.parametrize(
    ("number", "status"),
    [(signal.SIGINT, 130), pytest.param(signal.SIGTERM, 143, marks=pytest.mark.soak)],
)
@pytest.mark.parametrize(
    "act",
    [
        "Reading the",
        pytest.param("A Telegram is running", marks=pytest.mark.soak),
        pytest.param("What is held now", marks=pytest.mark.soak),
    ],
)
def test_an_interrupted_demo_cleans_up(
    line: CommandLine, folder: Path, act: str, number: signal.Signals, status: int
) -> None:
    """Told to end at any point, it stops in order and quietly: no process and no folder stay."""
    process = line.start("demo", TMPDIR=str(folder), PYTHONUNBUFFERED="1")
    line.hear(process, act)
    done = line.interrupt(process, number)
    assert (done.status, done.err) == (status, ""), done
    assert list(folder.iterdir()) == []
    assert children_of_the_data_folder(folder) == []


def test_a_demo_that_leaves_something_behind_fails(line: CommandLine, folder: Path) -> None:
    """Whatever still works on its data at the end is named on standard error; exit 1."""
    process = line.start("demo", "--keep", "kept")
    line.hear(process, "A Telegram is running")
    program = "import sys; print('up', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", program, folder / "kept"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as stranger:
        assert stranger.stdout is not None
        assert stranger.stdout.readline() == b"up\n"
        done = line.ended(process)
    assert done.status == 1, done
    assert f"Not as it must be: left behind: process {stranger.pid}: " in done.err
    assert "is left." not in done.out
