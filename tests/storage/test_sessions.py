"""Sealed sessions."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import accounts, sessions
from storage.database import Database
from storage.errors import LeaseLost, SessionKeyUnusable, StatementRefused, WrongSessionKey
from storage.sessions import Vault, new_key
from tests.storage.conftest import Own

MAKER = """
import sys
from pathlib import Path
from storage.sessions import Vault
print("ready", flush=True)
sys.stdin.readline()
Vault.from_file(Path(sys.argv[1]))
print(Path(sys.argv[1]).read_text(), end="")
"""


@given(st.binary())
def test_what_is_sealed_opens(record: bytes) -> None:
    """Any record comes back from its seal, which does not show it."""
    vault = Vault([new_key()])
    sealed = vault.seal(record)
    assert vault.open(sealed, account=1) == record
    assert not record or len(record) < 4 or record not in sealed


def test_old_keys_open_and_the_newest_seals() -> None:
    """After a rotation old seals open, and new seals open with the new key alone."""
    old, new = new_key(), new_key()
    before = Vault([old]).seal(b"record")
    rotated = Vault([new, old])
    assert rotated.open(before, account=1) == b"record"
    assert Vault([new]).open(rotated.seal(b"record"), account=1) == b"record"


def test_a_wrong_key_names_the_account() -> None:
    """A seal that no key fits is refused with the account it belongs to."""
    sealed = Vault([new_key()]).seal(b"record")
    with pytest.raises(WrongSessionKey, match="42") as refused:
        Vault([new_key()]).open(sealed, account=42)
    assert refused.value.account == 42


def test_a_changed_seal_does_not_open() -> None:
    """A record altered in the database is refused, not decrypted to something else."""
    vault = Vault([new_key()])
    sealed = bytearray(vault.seal(b"record"))
    sealed[40] ^= 1
    with pytest.raises(WrongSessionKey):
        vault.open(bytes(sealed), account=1)


@pytest.mark.parametrize("keys", [[], ["secret"], ["", ""], ["с" * 44], ["A" * 43 + "=", "short"]])
def test_an_unusable_key_is_refused_without_being_shown(keys: list[str]) -> None:
    """The refusal says where the key came from and shows it nowhere."""
    with pytest.raises(SessionKeyUnusable, match="TGACTORS_SESSION_KEYS") as refused:
        Vault(keys)
    assert refused.value.__suppress_context__
    assert all(key not in str(refused.value) for key in keys if key)


def test_a_vault_shows_no_key() -> None:
    """Neither the vault's representation nor its text has a key in it."""
    key = new_key()
    assert key not in repr(Vault([key])) + str(Vault([key]))


def test_the_key_file_is_made_once_and_private(tmp_path: Path) -> None:
    """The file is made with mode 0600 whatever the umask, then only read; nothing else stays."""
    path = tmp_path / "session.key"
    mask = os.umask(0)
    try:
        sealed = Vault.from_file(path).seal(b"record")
    finally:
        os.umask(mask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Vault.from_file(path).open(sealed, account=1) == b"record"
    assert list(tmp_path.iterdir()) == [path]


def test_a_key_file_may_hold_older_keys(tmp_path: Path) -> None:
    """Further lines of the file are keys that still open."""
    path, old = tmp_path / "session.key", new_key()
    path.write_text(f"{new_key()}\n{old}\n")
    assert Vault.from_file(path).open(Vault([old]).seal(b"record"), account=1) == b"record"


@pytest.mark.parametrize("content", [b"", b"not a key\n", b"\xff\xfe"])
def test_a_garbled_key_file_is_refused_and_kept(tmp_path: Path, content: bytes) -> None:
    """A damaged key is told with its path, never silently replaced."""
    path = tmp_path / "session.key"
    path.write_bytes(content)
    with pytest.raises(SessionKeyUnusable) as refused:
        Vault.from_file(path)
    assert refused.value.source == str(path)
    assert path.read_bytes() == content


def test_a_key_file_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    """A missing folder is named."""
    with pytest.raises(SessionKeyUnusable, match="No such file"):
        Vault.from_file(tmp_path / "missing" / "session.key")


def test_processes_making_the_key_at_once_agree(tmp_path: Path) -> None:
    """Of several processes one makes the key and all read that one."""
    path = tmp_path / "session.key"
    makers = [
        subprocess.Popen(
            [sys.executable, "-c", MAKER, path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for maker in makers:
        assert maker.stdout is not None
        assert maker.stdout.readline() == "ready\n"
    for maker in makers:
        assert maker.stdin is not None
        maker.stdin.write("go\n")
        maker.stdin.flush()
    said = {maker.communicate(timeout=30)[0] for maker in makers}
    assert said == {path.read_text()}
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.anyio
async def test_a_session_is_stored_sealed(db: Database, own: Own) -> None:
    """The database holds the seal; loading opens it; saving again replaces it."""
    vault = Vault([new_key()])
    hold = await own(42)
    await sessions.admit(db, vault, hold, "READY", None, b"first record")
    for record in (b"first record", b"second record"):
        await sessions.save(db, vault, hold, record)
        assert await sessions.load(db, vault, 42) == record
        held = await db.fetch_value("SELECT record FROM sessions")
        assert record not in held
        assert vault.open(held, account=42) == record


@pytest.mark.anyio
async def test_a_session_needs_its_account(db: Database, own: Own) -> None:
    """A session of an account that was deleted is refused by name."""
    hold = await own(42)
    await db.execute("DELETE FROM accounts")
    with pytest.raises(LeaseLost, match="42"):
        await sessions.save(db, Vault([new_key()]), hold, b"record")


@pytest.mark.anyio
async def test_a_stored_session_and_a_wrong_key(db: Database, own: Own) -> None:
    """Loading with other keys raises WrongSessionKey and leaves the session in place."""
    vault = Vault([new_key()])
    await sessions.admit(db, vault, await own(42), "READY", None, b"record")
    with pytest.raises(WrongSessionKey, match="42"):
        await sessions.load(db, Vault([new_key()]), 42)
    assert await sessions.load(db, vault, 42) == b"record"


@pytest.mark.anyio
async def test_state_and_session_arrive_together(db: Database, own: Own) -> None:
    """Admitting writes the state and the session, or neither."""
    vault = Vault([new_key()])
    row = await sessions.admit(db, vault, await own(42), "READY", None, b"record")
    assert row == await accounts.load(db, 42)
    assert row.state == "READY"
    assert await sessions.load(db, vault, 42) == b"record"
    other = await own(43)
    await db.execute("ALTER TABLE sessions ADD CHECK (account <> 43)")
    with pytest.raises(StatementRefused, match="23514"):
        await sessions.admit(db, vault, other, "READY", None, b"record")
    with pytest.raises(ValueError, match="ready"):
        await sessions.admit(db, vault, other, "ready", None, b"record")
    assert [row.state for row in await accounts.all(db)] == ["READY", "NEW"]
