"""Bad input: each is refused by name with what to do, nothing is lost, and a good command works."""

from __future__ import annotations

import asyncio
import pwd

import pytest

from sandbox import Sandbox
from storage.database import Database
from storage.embedded import Postgres
from storage.sessions import new_key
from tests.bot.conftest import PERSON, CommandLine, refused
from tests.conftest import within

NOBODY = pwd.getpwnam("nobody")


def held(line: CommandLine) -> int:
    """Count the posts that are held."""
    done = line.run("posts", PERSON, "--limit", 1000, "--json")
    assert done.status == 0, done
    return len(done.facts["posts"])


def execute(dsn: str, statement: str) -> None:
    """Run a statement in a database."""

    async def run() -> None:
        async with await Database.open(dsn, connections=1) as db:
            await db.execute(statement)

    asyncio.run(run())


@pytest.fixture
def read(known: CommandLine) -> CommandLine:
    """A command line whose person's 36 posts are held."""
    assert known.run("parse", PERSON, "--json").facts["added"] == 36
    return known


def test_S5_a_revoked_session_is_noticed_and_persisted(
    read: CommandLine, telegram: Sandbox
) -> None:
    """The account is EXPIRED from then on, and missed posts arrive after it logged in again."""
    telegram.revoke(PERSON)
    missed = telegram.publish(next(iter(telegram.world.channels)), "Missed?")
    for _ in range(2):
        done = read.run("parse", PERSON, "--json")
        refused(done, "LoginRequired", "EXPIRED", f"tgactors login {PERSON}")
    calls = len(telegram.calls)
    found = read.run("status", PERSON, "--json").facts
    assert (found["state"], found["reason"] is not None) == ("EXPIRED", True)
    (notice,) = found["notices"]
    assert (notice["kind"], notice["account"]) == ("expired", PERSON)
    for shown in (read.run("status", PERSON).out, read.run("status").out):
        assert f"Telegram ended the session of account {PERSON} (" in shown
        assert f"tgactors login {PERSON}" in shown
    assert (held(read), len(telegram.calls)) == (36, calls)
    assert read.run("login", PERSON).status == 0
    assert read.run("parse", PERSON, "--json").facts["added"] == 1
    assert read.run("posts", PERSON, "--limit", 1, "--json").facts["posts"][0]["id"] == missed.id


def test_a_wrong_key(read: CommandLine) -> None:
    """It opens no session, changes nothing, and the right one beside it does."""
    right, wrong = read.env["TGACTORS_SESSION_KEYS"], new_key()
    done = read.run("parse", PERSON, "--json", TGACTORS_SESSION_KEYS=wrong)
    refused(done, "WrongSessionKey", f"account {PERSON}", "TGACTORS_SESSION_KEYS")
    assert right not in done.err
    assert wrong not in done.err
    assert held(read) == 36
    both = read.run("parse", PERSON, "--json", TGACTORS_SESSION_KEYS=f"{wrong},{right}")
    assert both.facts["added"] == 0


def test_a_key_that_is_none(read: CommandLine) -> None:
    """It is refused before anything is opened, and not shown."""
    done = read.run("parse", PERSON, "--json", TGACTORS_SESSION_KEYS="hunter2")
    refused(done, "SessionKeyUnusable", "TGACTORS_SESSION_KEYS", "log in again")
    assert "hunter2" not in done.err
    assert held(read) == 36


def test_a_spoilt_key_file(line: CommandLine, telegram: Sandbox) -> None:
    """It is left as it is for whoever restores it, and then all is well."""
    line.env["TGACTORS_TELEGRAM"] = telegram.address
    assert line.run("login", PERSON).status == 0
    file = line.folder / "data" / "session.key"
    good = file.read_text()
    file.write_text("spoilt")
    refused(line.run("parse", PERSON, "--json"), "SessionKeyUnusable", "data/session.key")
    assert file.read_text() == "spoilt"
    file.write_text(good)
    assert line.run("parse", PERSON, "--json").facts["added"] == 36


def test_telegram_is_unreachable(read: CommandLine, telegram: Sandbox) -> None:
    """It is said in one block, what is held stays readable, and the next parse reads on."""
    channel = next(iter(telegram.world.channels))
    with telegram.down():
        refused(read.run("parse", PERSON, "--json"), "TelegramUnreachable", "try again")
        assert held(read) == 36
    telegram.publish(channel, "Back.")
    assert read.run("parse", PERSON, "--json").facts["added"] == 1


@pytest.mark.parametrize(
    ("right", "wrong"),
    [("@/", "@/no_"), ("postgres@", "somebody:hunter2@")],
    ids=["no such database", "no such role"],
)
def test_a_database_that_lets_nobody_in(read: CommandLine, right: str, wrong: str) -> None:
    """It is named without its password; the right address works as before."""
    address = read.env["TGACTORS_DATABASE_URL"].replace(right, wrong)
    done = read.run("parse", PERSON, "--json", TGACTORS_DATABASE_URL=address)
    refused(done, "DatabaseUnreachable", "does not exist", "TGACTORS_DATABASE_URL")
    assert "hunter2" not in done.err
    assert held(read) == 36


def test_a_database_of_somebody_else(read: CommandLine, empty_dsn: str) -> None:
    """It is named with one of its tables, and stays as it is."""
    execute(empty_dsn, "CREATE TABLE orders AS SELECT 42 AS id")
    for command in ("parse", "status"):
        done = read.run(command, PERSON, "--json", TGACTORS_DATABASE_URL=empty_dsn)
        refused(done, "DatabaseForeign", "'orders'", "TGACTORS_DATABASE_URL")
    execute(empty_dsn, "ALTER TABLE orders RENAME TO migrations")
    done = read.run("parse", PERSON, "--json", TGACTORS_DATABASE_URL=empty_dsn)
    refused(done, "DatabaseForeign", "'migrations'")
    assert held(read) == 36


def test_a_database_of_another_encoding(read: CommandLine, server: Postgres) -> None:
    """It is refused with the statement that makes a right one."""
    kind = "TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C' LOCALE_PROVIDER libc"
    execute(server.dsn, f"CREATE DATABASE latin {kind}")
    try:
        dsn = within(server, "latin")
        done = read.run("parse", PERSON, "--json", TGACTORS_DATABASE_URL=dsn)
    finally:
        execute(server.dsn, "DROP DATABASE latin WITH (FORCE)")
    refused(done, "DatabaseUnfit", "LATIN1", "CREATE DATABASE", "TGACTORS_DATABASE_URL")
    assert held(read) == 36


def test_a_newer_database(read: CommandLine, dsn: str) -> None:
    """One that a newer version wrote is left alone; it works again for that one."""
    execute(dsn, "INSERT INTO migrations (number, name, checksum) VALUES (999, 'x', 'x')")
    refused(read.run("parse", PERSON, "--json"), "DatabaseNewer", "999", "newer tgactors")
    execute(dsn, "DELETE FROM migrations WHERE number = 999")
    assert held(read) == 36


def test_no_room(line: CommandLine, telegram: Sandbox) -> None:
    """Below the floor nothing is logged in or read; what only looks goes on."""
    line.env["TGACTORS_TELEGRAM"] = telegram.address
    short = {"TGACTORS_FREE_SPACE_MB": "999999999"}
    words = ("TGACTORS_FREE_SPACE_MB", str(line.folder / "data"))
    refused(line.run("login", PERSON, "--json", **short), "NoSpace", *words)
    assert list(line.folder.iterdir()) == []
    assert line.run("login", PERSON, TGACTORS_FREE_SPACE_MB="0").status == 0
    refused(line.run("parse", PERSON, "--json", **short), "NoSpace", *words)
    assert line.run("status", PERSON, "--json", **short).facts["state"] == "READY"
    assert line.run("parse", PERSON, "--json").facts["added"] == 36


def test_no_room_is_no_matter_of_ours_beside_a_server(known: CommandLine) -> None:
    """Where the database lies elsewhere, that server looks after its disk."""
    assert known.run("parse", PERSON, TGACTORS_FREE_SPACE_MB="999999999").status == 0


@pytest.mark.parametrize(
    "address",
    ["sandbox://10.1.2.3:4430", "sandbox://example.org:4430", "sandbox://[2001:db8::1]:4430"],
)
def test_a_sandbox_that_is_not_on_this_machine(read: CommandLine, address: str) -> None:
    """It is refused before a word is sent there, and the right address works."""
    done = read.run("parse", PERSON, "--json", "--telegram", address)
    refused(done, "BadSettings", "TGACTORS_TELEGRAM", repr(address), "loopback")
    assert read.run("parse", PERSON, "--json").facts["added"] == 0
