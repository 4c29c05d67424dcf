"""Reasons to leave what is kept as it is."""

from storage.errors import StorageError


class RetentionFixed(StorageError):
    """Posts are kept for {days} days, which TGACTORS_RETENTION_DAYS says.

    Change it there and start the service again, or take it away to say it here.
    """

    def __init__(self, days: int) -> None:
        super().__init__(days)
        self.days = days


class StoreForeign(StorageError):
    """The database at {where} is not the one of this data folder: {what}, its number is {found}.

    Expected was {expected}. Check the volumes and TGACTORS_DATABASE_URL, or bring a backup back:
    `tgactors restore FILE`. If this one is meant, set TGACTORS_ACCEPT_STORE={found} and start once.
    """

    def __init__(self, where: str, expected: str, found: str, what: str) -> None:
        super().__init__(where, expected, found, what)
        self.where = where
        self.expected = expected
        self.found = found
        self.what = what


class SchemaChanged(StorageError):
    """A newer tgactors has just changed the schema of the database at {where}.

    Nothing was written: try again. This program goes on; replace it by the newer one soon.
    """

    def __init__(self, where: str) -> None:
        super().__init__(where)
        self.where = where


class NothingToBackUp(StorageError):
    """There is no archive in {where} yet.

    Name another data folder with --data, or read something first.
    """

    def __init__(self, where: str) -> None:
        super().__init__(where)
        self.where = where


class BackupFailed(StorageError):
    """No backup was written to {path}: {why}.

    What was there before is as it was. Mend that and try again.
    """

    def __init__(self, path: str, why: str) -> None:
        super().__init__(path, why)
        self.path = path
        self.why = why


class BackupToolTooOld(StorageError):
    """The database server is PostgreSQL {server}, and the newest pg_dump here is of {ours}.

    Install its own client programs, or run them elsewhere: {command}
    Such a file is brought back by `tgactors restore`.
    """

    def __init__(self, server: int, ours: int, command: str) -> None:
        super().__init__(server, ours, command)
        self.server = server
        self.ours = ours
        self.command = command


class BackupUnreadable(StorageError):
    """The file {path} is no backup of an archive that can be brought back: {why}.

    Name another file, or restore it with the tgactors that wrote it.
    """

    def __init__(self, path: str, why: str) -> None:
        super().__init__(path, why)
        self.path = path
        self.why = why


class StoreNotEmpty(StorageError):
    """The database at {where} holds accounts or posts, so nothing is restored into it.

    Name an empty database, or another data folder with --data.
    """

    def __init__(self, where: str) -> None:
        super().__init__(where)
        self.where = where


class RestoreFailed(StorageError):
    """Nothing was restored into the database at {where}: {why}.

    It is as empty as it was. Mend that and try again.
    """

    def __init__(self, where: str, why: str) -> None:
        super().__init__(where, why)
        self.where = where
        self.why = why
