"""Data folders that are not ours to use, as their wrong user meets them."""

from __future__ import annotations

import pwd
import subprocess
import sys
from pathlib import Path

from sandbox import Sandbox
from storage.embedded.place import ServerUser
from tests.bot.conftest import PERSON, TGACTORS, CommandLine, Done, refused

NOBODY = pwd.getpwnam("nobody")


def as_nobody(line: CommandLine, *words: object) -> Done:
    """Run a command as the user nobody."""
    ids = [f"--reuid={NOBODY.pw_uid}", f"--regid={NOBODY.pw_gid}", "--clear-groups"]
    if not ServerUser(NOBODY.pw_uid, NOBODY.pw_gid).runs(Path(sys.executable).resolve()):
        # The interpreter lies in root's home: let the user read, and nothing else, everywhere.
        ids += ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
    done = subprocess.run(
        ["setpriv", *ids, TGACTORS, *map(str, words)],
        cwd=line.folder,
        env=line.env,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def test_a_folder_in_which_one_may_not_write(line: CommandLine) -> None:
    """Its path is named, no file is made, and another folder works."""
    (line.folder / "data").mkdir(mode=0o755)
    done = as_nobody(line, "status", "--json")
    refused(done, "DataFolderUnusable", str(line.folder / "data"), "TGACTORS_DATA")
    assert list((line.folder / "data").iterdir()) == []
    assert as_nobody(line, "doctor", "--json").status == 2
    line.folder.chmod(0o777)
    assert as_nobody(line, "status", "--json", "--data", "own").facts == {"accounts": []}


def test_a_folder_that_cannot_be_made(line: CommandLine) -> None:
    """Where nobody may make one, the place is named."""
    line.folder.chmod(0o755)
    done = as_nobody(line, "status", "--json", "--data", "deep/data")
    refused(done, "DataFolderUnusable", "deep/data", "TGACTORS_DATA")
    assert list(line.folder.iterdir()) == []


def test_a_folder_of_another_user(line: CommandLine, telegram: Sandbox) -> None:
    """What root keeps is refused to others, writable or not, and lost to nobody."""
    line.env["TGACTORS_TELEGRAM"] = telegram.address
    assert line.run("login", PERSON).status == 0
    assert line.run("parse", PERSON).status == 0
    for mode in (0o711, 0o777):
        (line.folder / "data").chmod(mode)
        for command in ("parse", "status"):
            refused(
                as_nobody(line, command, PERSON, "--json"), "DataFolderUnusable", "TGACTORS_DATA"
            )
        done = as_nobody(line, "doctor", "--json")
        levels = {each["check"]: each["level"] for each in done.facts["findings"]}
        assert (done.status, levels["database"]) == (2, "problem")
    done = line.run("posts", PERSON, "--limit", 1000, "--json")
    assert len(done.facts["posts"]) == 36
