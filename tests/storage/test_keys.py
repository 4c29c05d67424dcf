"""The key file, and the vault that follows it."""

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from storage.errors import (
    KeyFileBusy,
    KeysStillNeeded,
    SessionKeyUnusable,
    StorageError,
    WrongSessionKey,
)
from storage.file_lock import FileLock
from storage.keys import add_key_to_file, drop_old_keys, new_key
from storage.rows import Rotated
from storage.vault import Vault

ADDER = """
import sys
from pathlib import Path
from storage.keys import add_key_to_file
for _ in range(5):
    add_key_to_file(Path(sys.argv[1]))
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A key file with one key."""
    made = tmp_path / "session.key"
    Vault.from_file(made)
    return made


def rotated(vault: Vault, *failed: int) -> Rotated:
    """What a rotation with the vault's present keys would say."""
    return Rotated(resealed=0, already=0, failed=failed, newest=vault.newest())


def lines(path: Path) -> list[str]:
    """The keys in the file."""
    return path.read_text().split()


def test_a_key_is_added_on_top(path: Path) -> None:
    """The older keys stay below it, and the file stays private to its owner, whoever adds it."""
    (old,) = lines(path)
    if os.geteuid() == 0:
        os.chown(path, 65534, 65534)
    before = path.stat()
    add_key_to_file(path)
    new, below = lines(path)
    assert below == old != new
    after = path.stat()
    assert stat.S_IMODE(after.st_mode) == 0o600
    assert (after.st_uid, after.st_gid) == (before.st_uid, before.st_gid)


def test_a_running_vault_follows_the_file(path: Path) -> None:
    """It seals with an added key at once, and opens what it sealed before."""
    vault = Vault.from_file(path)
    before = vault.seal(b"record")
    first = vault.newest()
    add_key_to_file(path)
    assert vault.newest() != first
    after = vault.seal(b"record")
    assert Vault(lines(path)[:1]).open(after, account=1) == b"record"
    assert vault.open(before, account=1) == b"record"


def test_a_dropped_key_opens_no_more(path: Path) -> None:
    """After the drop a running vault has the newest key alone."""
    vault = Vault.from_file(path)
    before = vault.seal(b"record")
    add_key_to_file(path)
    new = lines(path)[0]
    drop_old_keys(path, rotated(vault))
    assert lines(path) == [new]
    with pytest.raises(WrongSessionKey):
        vault.open(before, account=1)


def test_old_keys_stay_while_they_are_needed(path: Path) -> None:
    """With a record that no key opens, or a key added after the rotation, nothing is dropped."""
    vault = Vault.from_file(path)
    add_key_to_file(path)
    held = lines(path)
    with pytest.raises(KeysStillNeeded, match="account 7, 8"):
        drop_old_keys(path, rotated(vault, 7, 8))
    done = rotated(vault)
    assert lines(path) == held
    add_key_to_file(path)
    with pytest.raises(KeysStillNeeded, match="changed"):
        drop_old_keys(path, done)
    assert lines(path)[1:] == held


@pytest.mark.parametrize("content", [b"", b"not a key\n", b"\xff\xfe", None])
def test_a_vault_outlives_its_file_but_does_not_seal(path: Path, content: bytes | None) -> None:
    """Without a readable file what is stored still opens, and nothing more is sealed."""
    vault = Vault.from_file(path)
    sealed = vault.seal(b"record")
    text = path.read_text()
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    assert vault.open(sealed, account=1) == b"record"
    with pytest.raises(SessionKeyUnusable, match=str(path)):
        vault.seal(b"record")
    assert not path.exists() or path.read_bytes() == content
    path.write_text(text)
    assert vault.open(vault.seal(b"again"), account=1) == b"again"


def test_a_vault_keeps_to_its_file_wherever_the_program_goes(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A relative path means the folder of the moment it was given."""
    monkeypatch.chdir(path.parent)
    vault = Vault.from_file(Path(path.name))
    monkeypatch.chdir("/")
    assert vault.open(vault.seal(b"record"), account=1) == b"record"


def test_a_link_stays_a_link(path: Path) -> None:
    """Where the file is a link, what it leads to is replaced."""
    link = path.with_name("link")
    link.symlink_to(path)
    add_key_to_file(link)
    assert link.is_symlink()
    assert len(lines(path)) == 2


@pytest.mark.parametrize("content", [b"", b"not a key\n", None])
def test_no_key_is_added_to_what_is_no_key_file(path: Path, content: bytes | None) -> None:
    """A missing or damaged file is refused and left as it is."""
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SessionKeyUnusable, match=str(path)):
        add_key_to_file(path)
    left = {each.name for each in path.parent.iterdir()} - {"session.key.lock"}
    assert left == (set() if content is None else {"session.key"})
    assert content is None or path.read_bytes() == content


def test_nothing_is_left_beside_a_file_that_is_not_there(tmp_path: Path) -> None:
    """A slip in the path makes no file, not even a lock."""
    with pytest.raises(SessionKeyUnusable, match="No such file"):
        add_key_to_file(tmp_path / "slip.key")
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_is_replaced(path: Path) -> None:
    """A half-written file beside it is no obstacle and does not stay."""
    half = path.with_name(".session.key.new")
    half.write_text("half a k")
    half.chmod(0o644)
    add_key_to_file(path)
    assert len(lines(path)) == 2
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not half.exists()


def test_a_change_that_hangs_is_told(path: Path) -> None:
    """While another process is at it, the file is left alone, and that is said."""
    with FileLock(path.with_name("session.key.lock")) as lock:
        assert lock.exclusive()
        with pytest.raises(KeyFileBusy, match=r"for 0\.05 s"):
            add_key_to_file(path, within=0.05)
    assert len(lines(path)) == 1


def test_keys_added_at_once_are_all_kept(path: Path) -> None:
    """Processes that add keys at the same time lose none, and a reader never meets a bad file."""
    vault = Vault.from_file(path)
    first = vault.seal(b"first")
    ended = threading.Event()
    wrong: list[StorageError] = []

    def read() -> None:
        while not ended.is_set():
            try:
                Vault.from_file(path).open(vault.seal(b"record"), account=1)
            except StorageError as error:
                wrong.append(error)
                return

    reader = threading.Thread(target=read)
    reader.start()
    adders = [subprocess.Popen([sys.executable, "-c", ADDER, path]) for _ in range(3)]
    assert [adder.wait(timeout=60) for adder in adders] == [0, 0, 0]
    ended.set()
    reader.join(timeout=10)
    assert wrong == []
    assert len(set(lines(path))) == 16
    assert vault.open(first, account=1) == b"first"


def test_a_key_is_shown_by_nothing() -> None:
    """Neither a fingerprint nor a representation has a key in it."""
    vault = Vault([key := new_key()])
    assert key[:8] not in repr(vault) + repr(rotated(vault)) + repr(vars(vault))
    assert len(vault.newest()) == 16
