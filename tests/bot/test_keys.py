"""The keys that seal sessions, made and rotated from the command line."""

from __future__ import annotations

from pathlib import Path

from sandbox import Sandbox
from storage import keys
from storage.sessions import Vault, new_key
from tests.bot.conftest import PERSON, CommandLine, refused


def key_file(line: CommandLine) -> Path:
    """Return where the embedded database's keys are."""
    return line.folder / "data" / "session.key"


def test_a_new_key_stands_alone_on_standard_output(line: CommandLine) -> None:
    """It can be put into a setting as it is; where to, is said beside it."""
    done = line.run("keys", "new")
    assert done.status == 0
    (key,) = done.out.splitlines()
    assert Vault([key]).open(Vault([key]).seal(b"x"), account=1) == b"x"
    assert "TGACTORS_SESSION_KEYS" in done.err
    assert key not in done.err
    facts = line.run("keys", "new", "--json").facts
    assert list(facts) == ["key"]
    assert facts["key"] != key
    assert list(line.folder.iterdir()) == []


def test_a_key_file_is_rotated_while_a_house_runs(home: CommandLine, telegram: Sandbox) -> None:
    """The house that is open seals with the new key; the old one is gone and opens nothing."""
    before = key_file(home).read_text()
    telegram.scan_automatically(None)
    login = home.start("login", 7, "--telegram", telegram.address)
    link = home.hear(login, "It is this link: ").split()[-1]
    done = home.run("keys", "rotate")
    assert (done.status, done.err) == (0, ""), done
    assert done.out.splitlines()[0] == "1 session resealed; 0 had the newest key."
    after = key_file(home).read_text()
    assert (len(after.split()), after != before) == (1, True)
    assert before.strip() not in done.out
    assert after.strip() not in done.out
    telegram.run(lambda: telegram.world.person(7, first_name="Vera"))
    telegram.scan(link, 7)
    assert home.ended(login).status == 0
    again = home.run("keys", "rotate", "--json").facts
    assert again == {"resealed": 2, "already": 0, "unopened": [], "other_keys": 0}
    found = home.run("doctor", "--json").facts["findings"]
    (told,) = [each["text"] for each in found if each["check"] == "session keys"]
    assert told.endswith("opens 2 stored sessions.")


def test_a_rotation_that_was_cut_off_is_finished(home: CommandLine) -> None:
    """Killed after it had put a new key on top, another one does the rest."""
    keys.add_key_to_file(key_file(home))
    assert home.run("keys", "rotate", "--json").facts["other_keys"] == 0
    assert len(key_file(home).read_text().split()) == 1
    assert home.run("status", PERSON, "--json").facts["state"] == "READY"


def test_a_session_that_no_key_opens_is_named(home: CommandLine) -> None:
    """It stays as it is, and so do all keys; what remains to be done is said, exit 2."""
    right = key_file(home).read_text()
    key_file(home).write_text(f"{new_key()}\n")
    done = home.run("keys", "rotate")
    assert done.status == 2
    assert f"No key opens a session of account {PERSON}" in done.out
    assert "Rotate once more after that." in done.out
    key_file(home).write_text(f"{key_file(home).read_text()}{right}")
    mended = home.run("keys", "rotate", "--json")
    assert (mended.status, mended.facts["resealed"]) == (0, 1)
    assert len(key_file(home).read_text().split()) == 1


def test_keys_of_the_environment_are_rotated_to_the_first(known: CommandLine) -> None:
    """Everything is resealed with it, after that it alone will do, and the old one will not."""
    old, fresh = known.env["TGACTORS_SESSION_KEYS"], new_key()
    known.env["TGACTORS_SESSION_KEYS"] = f"{fresh},{old}"
    done = known.run("keys", "rotate")
    assert done.status == 0
    assert "Take every key but the first out of TGACTORS_SESSION_KEYS" in done.out
    assert fresh not in done.out + done.err
    known.env["TGACTORS_SESSION_KEYS"] = fresh
    facts = known.run("keys", "rotate", "--json").facts
    assert facts == {"resealed": 0, "already": 1, "unopened": [], "other_keys": 0}
    assert known.run("parse", PERSON, "--json").facts["added"] == 36
    done = known.run("parse", PERSON, "--json", TGACTORS_SESSION_KEYS=old)
    refused(done, "WrongSessionKey", f"account {PERSON}")
    unopened = known.run("keys", "rotate", "--json", TGACTORS_SESSION_KEYS=old)
    assert (unopened.status, unopened.facts["unopened"]) == (2, [PERSON])
    assert not key_file(known).exists()


def test_there_is_nothing_to_rotate(line: CommandLine) -> None:
    """Where no house was ever opened, the file that is missing is named and nothing is made."""
    done = line.run("keys", "rotate", "--json")
    refused(done, "SessionKeyUnusable", "session.key")
    assert list(line.folder.iterdir()) == []
