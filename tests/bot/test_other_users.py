"""Data folders that are not ours to use, as their wrong user meets them."""

from __future__ import annotations

import pwd
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from storage.embedded.place import ServerUser
from tests.bot.conftest import PERSON, CommandLine, Done, refused
from tests.bot.warm import Warm

NOBODY = pwd.getpwnam("nobody")

Run = Callable[..., Done]


@pytest.fixture(scope="module")
def nobodys(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warm]:
    """What commands of the user nobody are forked by."""
    ids = [f"--reuid={NOBODY.pw_uid}", f"--regid={NOBODY.pw_gid}", "--clear-groups"]
    if not ServerUser(NOBODY.pw_uid, NOBODY.pw_gid).runs(Path(sys.executable).resolve()):
        # The interpreter lies in root's home: let the user read, and nothing else, everywhere.
        ids += ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
    made = Warm(tmp_path_factory.mktemp("nobodys"), before=["setpriv", *ids])
    yield made
    made.close()


@pytest.fixture
def as_nobody(line: CommandLine, nobodys: Warm) -> Run:
    """Runs a command in the command line's folder as the user nobody."""

    def run(*words: object) -> Done:
        return Done(*nobodys.run([str(word) for word in words], line.folder, line.env, 60))

    return run


def test_a_folder_in_which_one_may_not_write(line: CommandLine, as_nobody: Run) -> None:
    """Its path is named, no file is made, and another folder works."""
    (line.folder / "data").mkdir(mode=0o755)
    done = as_nobody("status", "--json")
    refused(done, "DataFolderUnusable", str(line.folder / "data"), "TGACTORS_DATA")
    assert list((line.folder / "data").iterdir()) == []
    assert as_nobody("doctor", "--json").status == 2
    line.folder.chmod(0o777)
    assert as_nobody("status", "--json", "--data", "own").facts["accounts"] == []


def test_a_folder_that_cannot_be_made(line: CommandLine, as_nobody: Run) -> None:
    """Where nobody may make one, the place is named."""
    line.folder.chmod(0o755)
    done = as_nobody("status", "--json", "--data", "deep/data")
    refused(done, "DataFolderUnusable", "deep/data", "TGACTORS_DATA")
    assert list(line.folder.iterdir()) == []


@pytest.mark.long
def test_a_folder_of_another_user(home: CommandLine, as_nobody: Run) -> None:
    """What root keeps is refused to others, writable or not, and lost to nobody."""
    for mode in (0o711, 0o777):
        (home.folder / "data").chmod(mode)
        for command in ("parse", "status"):
            refused(as_nobody(command, PERSON, "--json"), "DataFolderUnusable", "TGACTORS_DATA")
        done = as_nobody("doctor", "--json")
        levels = {each["check"]: each["level"] for each in done.facts["findings"]}
        assert (done.status, levels["database"]) == (2, "problem")
    assert home.run("status", PERSON, "--json").facts["state"] == "READY"
