"""The command line before any command runs."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
import typer.main
from typer.core import TyperGroup
from typer.testing import CliRunner

from bot.__main__ import app
from bot.garbage import OBJECTS
from tests.bot.conftest import CommandLine

COMMANDS = (
    "demo",
    "play",
    "sandbox",
    "serve",
    "login",
    "login-link",
    "parse",
    "posts",
    "search",
    "ask",
    "digest",
    "similar",
    "retry",
    "channels",
    "coverage",
    "follow",
    "unfollow",
    "every",
    "status",
    "top",
    "devices",
    "logout",
    "forget",
    "import-session",
    "retention",
    "backup",
    "restore",
    "doctor",
    "eval",
    "invites new",
    "invites list",
    "invites revoke",
    "keys new",
    "keys rotate",
    "tokens new",
    "tokens list",
    "tokens revoke",
)
README = Path(__file__).parents[2] / "README.md"


def test_the_commands_are_these() -> None:
    """What is listed is what there is, and the README tells of each."""
    root = typer.main.get_command(app)
    assert isinstance(root, TyperGroup)
    found = [
        " ".join((name, *more))
        for name, command in root.commands.items()
        for more in (
            [(each,) for each in command.commands] if isinstance(command, TyperGroup) else [()]
        )
    ]
    assert found == list(COMMANDS)
    rows = re.findall(r"\n\| `tgactors ([^|]*) \|", README.read_text(encoding="utf-8"))
    told = {row.split()[0].strip("`") for row in rows}
    assert told == {command.split()[0] for command in COMMANDS}


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_explains_itself(command: str) -> None:
    """--help fits 80 columns, names --json, and exits 0."""
    done = CliRunner().invoke(app, [*command.split(), "--help"], terminal_width=80)
    assert done.exit_code == 0
    assert "--json" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize("group", ["", "invites", "keys", "tokens"])
def test_of_no_command_what_it_does_is_cut(group: str) -> None:
    """In the list of commands, at 80 columns, each sentence is there to its end."""
    done = CliRunner().invoke(app, [*group.split(), "--help"], env={"COLUMNS": "80"})
    assert done.exit_code == 0
    listed = done.stdout.partition("Commands:\n")[2].splitlines()
    assert listed
    assert [line for line in listed if not re.fullmatch(r"  \S+ +[^.]+\.", line)] == []


def test_version_is_the_installed_one(line: CommandLine) -> None:
    """--version says which tgactors this is."""
    assert line.run("--version").out == f"tgactors {version('tgactors')}\n"


def test_help_loads_nothing_heavy() -> None:
    """Start-up is quick because neither Telethon nor a database driver is loaded for it.

    And its process looks for garbage as rarely as it does for any command.
    """
    heavy = ["telethon", "asyncpg", "sandbox", "storage", "actors", "cryptography", "segno"]
    program = (
        "import gc, sys\nfrom bot.__main__ import main\nsys.argv = ['tgactors', '--help']\n"
        "try:\n    main()\nfinally:\n"
        f"    loaded = [name for name in {heavy} if name in sys.modules]\n"
        "    print(loaded, gc.get_threshold()[0], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, f"[] {OBJECTS}\n")


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["parse"], "Missing argument 'ID'"),
        (["parse", "anna"], "'anna' is no Telegram user id"),
        (["parse", "0"], "'0' is no Telegram user id"),
        (["parse", "99999999999999999999"], "is no Telegram user id"),
        (["parse", "7", "--depth", "some"], "neither a number from 1 on nor the word all"),
        (["posts", "7", "--limit", "0"], "--limit"),
        (["posts", "7", "--channel"], "requires an argument"),
        (["coverage"], "Missing argument 'ID'"),
        (["follow", "7"], "give either WHAT or --folder"),
        (["follow", "7", "@x", "--depth", "0"], "--depth"),
        (["follow", "7", "@news", "--depth", "9", "--days", "9"], "either --depth or --days"),
        (["unfollow", "7"], "give either CHANNEL or --folder"),
        (["every", "7", "often"], "nor the word default"),
        (["every", "7", "0"], "neither a number from 1 to 2592000"),
        (["every", "7", "2592001"], "neither a number from 1 to 2592000"),
        (["parse", "7", "--live"], "--live goes with --follow"),
        (["sandbox", "--port", "70000"], "--port"),
        (["serve", "7"], "unexpected extra argument"),
        (["doctor", "7"], "unexpected extra argument"),
        (["login", "--within", "0"], "--within"),
        (["login", "--api-id", "0"], "--api-id"),
        (["invites", "new", "--uses", "0"], "--uses"),
        (["invites", "revoke", "all"], "should be a valid integer"),
        (["keys", "turn"], "No such command 'turn'"),
        (["import-session"], "Missing argument 'FILE'"),
        (["dance"], "No such command 'dance'"),
    ],
)
def test_wrong_usage_exits_2(
    words: list[str], complaint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong word is named on standard error, with status 2 and nothing done."""
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert complaint in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_wrong_usage_is_told_without_a_trace(line: CommandLine) -> None:
    """In a process of its own too a wrong word ends with status 2, and nothing but words."""
    done = line.run("dance")
    assert (done.status, done.out) == (2, "")
    assert "No such command 'dance'" in done.err
    assert "Traceback" not in done.err
    assert list(line.folder.iterdir()) == []
