"""The command that runs a Telegram, and the programs that use it."""

from __future__ import annotations

import ast
import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bot.commands.sandbox import HEAD, PROGRAM, row_of
from sandbox import Call
from tests.bot.conftest import PERSON, CommandLine, refused

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "embedded.py"


def serve(line: CommandLine, *words: object) -> tuple[subprocess.Popen[str], str]:
    """Start a sandbox on a free port; return it with its address."""
    process = line.start("sandbox", "--port", 0, *words)
    found = re.search(r"sandbox://127\.0\.0\.1:\d+", line.hear(process))
    assert found is not None
    return process, found.group()


def program(text: str, address: str, line: CommandLine) -> subprocess.CompletedProcess[str]:
    """Run a program against that address from the command line's folder."""
    (line.folder / "program.py").write_text(
        text.replace("sandbox://127.0.0.1:4430", address), encoding="utf-8"
    )
    return subprocess.run(
        [sys.executable, "program.py"],
        cwd=line.folder,
        env=line.env,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def test_it_says_how_to_use_it(line: CommandLine) -> None:
    """Address, person, and three commands that work when typed as they stand."""
    process, address = serve(line, "--scan")
    process.send_signal(signal.SIGTERM)
    done = line.ended(process)
    assert (done.status, done.err) == (0, "")
    assert f"id {PERSON}, follows 15 channels with 36 posts." in done.out
    for command in (
        f"    export TGACTORS_TELEGRAM={address}\n",
        f"    tgactors login {PERSON}\n",
        f"    tgactors parse {PERSON}\n",
    ):
        assert command in done.out


def test_its_commands_work(line: CommandLine) -> None:
    """With --scan a login succeeds by itself, and a parse adds the demo's 36 posts."""
    process, address = serve(line, "--scan", "--json")
    line.env["TGACTORS_TELEGRAM"] = address
    assert line.run("login", PERSON).status == 0
    assert line.run("parse", PERSON, "--json").facts["added"] == 36
    process.send_signal(signal.SIGTERM)
    done = line.ended(process)
    read = [row.split() for row in done.err.splitlines() if row.startswith("messages.getHistory")]
    assert {tuple(row[1:2] + row[3:]) for row in read} == {(str(PERSON), "ok")}
    assert done.out == ""  # one line of JSON, which was read already


def test_json_is_one_line_at_the_start(line: CommandLine) -> None:
    """A program that starts it reads address, person and world from the first line."""
    process = line.start("sandbox", "--port", 0, "--json")
    first = line.hear(process)
    process.send_signal(signal.SIGINT)
    done = line.ended(process)
    assert (done.status, done.out) == (130, "")
    facts = json.loads(first)
    address = facts.pop("address")
    assert re.fullmatch(r"sandbox://127\.0\.0\.1:\d+", address)
    assert facts == {"person": PERSON, "channels": 15, "posts": 36, "scan": False}


def test_what_clients_do_is_a_table() -> None:
    """Method, person, channel, answer, and what the script did, each in its column."""
    shown = [
        row_of(Call(1, "messages.getHistory", PERSON, "FLOOD_WAIT_9", 1_000_000_001, "error")),
        row_of(Call(2, "auth.exportLoginToken", None, "ok")),
    ]
    assert [row.split() for row in shown] == [
        ["messages.getHistory", str(PERSON), "1000000001", "FLOOD_WAIT_9", "error"],
        ["auth.exportLoginToken", "-", "-", "ok"],
    ]
    assert shown[0].index("FLOOD_WAIT_9") == shown[1].rindex("ok")


def test_the_table_has_its_head(beside: CommandLine) -> None:
    """The columns are named once, before the first client comes, and are live under that."""
    process, address = serve(beside, "--scan")
    assert beside.hear(process, "Fault").split() == list(HEAD)
    login = beside.start("login", PERSON, "--telegram", address)
    assert beside.hear(process, "auth.exportLoginToken").split()[1:] == ["-", "-", "ok"]
    assert beside.ended(login).status == 0
    process.send_signal(signal.SIGTERM)
    assert beside.ended(process).status == 0


def world_file(line: CommandLine, *, ring: bool = False, nobody: bool = False) -> str:
    """Write a world of one person and one channel; maybe its two posts forward each other."""
    date = "2026-01-02T03:04:05Z"
    posts: list[dict[str, object]] = [
        {
            "id": number,
            "text": f"Post {number}.",
            "date": date,
            "forward": {"channel": 1000000001, "post": other} if ring else None,
        }
        for number, other in ((1, 2), (2, 1))
    ]
    world = {
        "channels": [{"id": 1000000001, "title": "One", "username": "one", "posts": posts}],
        "people": [] if nobody else [{"id": 7, "first_name": "Vera", "follows": [1000000001]}],
    }
    (line.folder / "world.json").write_text(json.dumps(world), encoding="utf-8")
    return "world.json"


def test_a_world_of_ones_own_is_served(beside: CommandLine) -> None:
    """--world serves a file's people and channels, and their commands are printed."""
    process, address = serve(beside, "--scan", "--world", world_file(beside))
    beside.hear(process, "tgactors login 7")
    beside.env["TGACTORS_TELEGRAM"] = address
    assert beside.run("login", 7).status == 0
    assert beside.run("parse", 7, "--json").facts["added"] == 2


@pytest.mark.parametrize(
    ("flaw", "place"),
    [({"ring": True}, "channels[0].posts[0].forward"), ({"nobody": True}, "people")],
    ids=["a cycle", "nobody"],
)
def test_a_wrong_world_is_refused(line: CommandLine, flaw: dict[str, bool], place: str) -> None:
    """A cycle of forwards, or a world without people, is named with its place in the file."""
    done = line.run("sandbox", "--port", 0, "--json", "--world", world_file(line, **flaw))
    refused(done, "WorldFileInvalid", "world.json", f"At {place}: ", "Mend it and run this again.")


@pytest.mark.parametrize("content", [None, "", "[]", "{"], ids=["none", "empty", "list", "broken"])
def test_a_file_that_is_no_world_is_refused(line: CommandLine, content: str | None) -> None:
    """A file that is missing, empty, or something else, is refused in words."""
    if content is not None:
        (line.folder / "world.json").write_text(content)
    done = line.run("sandbox", "--port", 0, "--json", "--world", "world.json")
    refused(done, "WorldFileInvalid", "world.json", "Mend it and run this again.")


def readme() -> str:
    """Return the README."""
    return (ROOT / "README.md").read_text(encoding="utf-8")


def readme_programs() -> list[str]:
    """Return the Python programs of the README."""
    return re.findall(r"```python\n(.*?)```", readme(), flags=re.DOTALL)


def test_the_program_runs_as_it_stands(line: CommandLine) -> None:
    """From another folder, without a guard: 36 posts from 15 channels, and exit 0."""
    process, address = serve(line, "--scan", "--json")
    done = program(readme_programs()[1], address, line)
    process.send_signal(signal.SIGTERM)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("\n36 15\n")
    assert line.ended(process).status == 0


def test_the_smallest_program_runs_after_a_login(known: CommandLine) -> None:
    """The README's first program is complete by line 12, and tells of 36 new posts."""
    assert "asyncio.run(main())" in readme().splitlines()[:12]
    done = program(readme_programs()[0], known.env["TGACTORS_TELEGRAM"], known)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "36 new posts from 15 channels\n"


def test_the_programs_that_are_told_are_one() -> None:
    """That of the README, the example and the printed one differ in comments and layout only."""
    printed = PROGRAM.format(address="sandbox://127.0.0.1:4430", person=PERSON)
    example = EXAMPLE.read_text(encoding="utf-8")
    trees = {ast.dump(ast.parse(text)) for text in (printed, example, readme_programs()[1])}
    assert len(trees) == 1
