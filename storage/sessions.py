"""Accounts' Telegram sessions, sealed at rest."""

import contextlib
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from storage import accounts
from storage.data_folder import reason
from storage.database import Database
from storage.errors import LeaseLost, SessionKeyUnusable, WrongSessionKey
from storage.queries import sql
from storage.rows import AccountRow, Hold


class Vault:
    """Seal with the newest of its keys; open with any of them."""

    def __init__(self, keys: Sequence[str], *, source: str = "TGACTORS_SESSION_KEYS") -> None:
        try:
            self._fernet = MultiFernet([Fernet(key) for key in keys])
        except ValueError:
            # The cause would show the key.
            why = "it must be one or more keys of 32 url-safe base64 bytes, newest first"
            raise SessionKeyUnusable(source, why) from None

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """Read the keys, one a line and newest first; make the file with a new one if missing."""
        try:
            if not path.exists():
                _make_key_file(path)
            keys = path.read_text(encoding="ascii").split()
        except (OSError, UnicodeDecodeError) as error:
            raise SessionKeyUnusable(str(path), reason(error)) from error
        return cls(keys, source=str(path))

    def seal(self, record: bytes) -> bytes:
        """Encrypt and sign a record."""
        return self._fernet.encrypt(record)

    def open(self, sealed: bytes, *, account: int) -> bytes:
        """Decrypt the account's record; raise WrongSessionKey if no key fits."""
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken as error:
            raise WrongSessionKey(account) from error


def new_key() -> str:
    """Make a key for TGACTORS_SESSION_KEYS."""
    return Fernet.generate_key().decode("ascii")


async def save(db: Database, vault: Vault, hold: Hold, record: bytes) -> None:
    """Store a held account's session in place of the one before; raise LeaseLost as writes do."""
    sealed = vault.seal(record)
    row = await db.fetch_row(sql.save_session, hold.account, hold.incarnation, hold.epoch, sealed)
    if row is None:
        raise LeaseLost(hold.account)


async def admit(
    db: Database, vault: Vault, hold: Hold, state: str, reason: str | None, record: bytes
) -> AccountRow:
    """Put a held account into a state together with the session it stands on."""
    accounts.check_state(state)
    row = await db.fetch_row(
        sql.admit,
        hold.account,
        hold.incarnation,
        hold.epoch,
        state,
        accounts.told(reason),
        vault.seal(record),
    )
    if row is None:
        raise LeaseLost(hold.account)
    return accounts.as_account(row)


async def load(db: Database, vault: Vault, account: int) -> bytes | None:
    """Return the account's session, or None if it has none."""
    sealed = await db.fetch_value(sql.session, account)
    return None if sealed is None else vault.open(sealed, account=account)


async def discard(db: Database, account: int) -> None:
    """Forget the account's session."""
    await db.execute(sql.discard_session, account)


def _make_key_file(path: Path) -> None:
    """Write a new key under a name of its own, then link it: of two at once, one wins."""
    fd, fresh = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)  # mode 0600
    try:
        with os.fdopen(fd, "w", encoding="ascii") as file:
            file.write(f"{new_key()}\n")
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            Path(path).hardlink_to(fresh)
    finally:
        Path(fresh).unlink()
