"""The vault that seals sessions."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, Self

from cryptography.fernet import InvalidToken

from storage.errors import SessionKeyUnusable, WrongSessionKey
from storage.keys import Keys, Mark, make_file, mark_of, read, told


class Content(NamedTuple):
    """A key file as it was read."""

    mark: Mark | None
    keys: Keys


class Vault:
    """Seal with the newest of its keys; open with any of them. Safe in any thread.

    One made from a file follows it: keys put there count from the next call on. While the file is
    unreadable, what it held still opens; nothing is sealed that could not be opened later.
    """

    def __init__(self, keys: Sequence[str], *, source: str = "TGACTORS_SESSION_KEYS") -> None:
        self._path: Path | None = None
        self._content = Content(None, Keys(keys, source))

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """Read the keys, one a line and newest first; make the file with a new one if missing."""
        with told(path):
            if not path.exists():
                make_file(path)
        words, mark = read(path)
        vault = cls(words, source=str(path))
        vault._path = path.absolute()
        vault._content = vault._content._replace(mark=mark)
        return vault

    def newest(self) -> str:
        """Return a fingerprint of the key that seals."""
        return self._now().newest

    def seal(self, record: bytes) -> bytes:
        """Encrypt and sign a record."""
        return self._now().seal(record)

    def open(self, sealed: bytes, *, account: int) -> bytes:
        """Decrypt the account's record; raise WrongSessionKey if no key fits."""
        try:
            keys = self._now()
        except SessionKeyUnusable:
            keys = self._content.keys
        with _named(account):
            return keys.open(sealed)

    def reseal(self, sealed: bytes, *, account: int) -> bytes | None:
        """Seal with the newest key what another one sealed; None if the newest did."""
        keys = self._now()
        with _named(account):
            return keys.reseal(sealed)

    def _now(self) -> Keys:
        """Return the keys of this moment; raise SessionKeyUnusable if the file has none."""
        content = self._content  # replaced as one value: other threads do this too
        if self._path is None:
            return content.keys
        with told(self._path):
            mark = mark_of(self._path.stat())
        if mark != content.mark:
            words, mark = read(self._path)
            content = self._content = Content(mark, Keys(words, str(self._path)))
        return content.keys


@contextmanager
def _named(account: int) -> Iterator[None]:
    """Tell whose record no key opens."""
    try:
        yield
    except InvalidToken as error:
        raise WrongSessionKey(account) from error
