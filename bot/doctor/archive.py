"""The checks of the data folder, the database in it, and the session keys."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Sequence
from pathlib import Path

from bot.doctor.finding import Finding, ok, problem, warning
from bot.web.announcement import announcement
from storage.errors import DatabaseTooLarge, DataFolderUnusable, StorageError
from storage.house_lock import holder_of
from storage.inspection import Inspection, Sealed
from storage.sessions import Vault

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def folder(data: Path) -> Finding:
    """Judge the data folder: its absolute path can be used, and maybe a house is open there."""
    advice = "Mend it, or choose another folder with TGACTORS_DATA."
    there = next(place for place in (data, *data.parents) if os.path.lexists(place))
    if not there.is_dir():
        return problem("data folder", f"{there} is not a folder. {advice}")
    if not os.access(there, os.R_OK | os.W_OK | os.X_OK):
        return problem("data folder", f"This user may not write in {there}. {advice}")
    if there != data:
        return ok("data folder", f"{data} will be made by the first command that needs it.")
    try:
        holder = holder_of(data)
    except DataFolderUnusable as refusal:
        return problem("data folder", str(refusal))
    if holder is not None:
        service = announcement(data)
        where = f", a service at {service.address}, which commands ask" if service else ""
        return ok("data folder", f"{data} is in use by process {holder}{where}; it is left alone.")
    return ok("data folder", f"{data} can be used, and no house is open in it.")


def database(found: Inspection | StorageError, where: str) -> tuple[Finding, ...]:
    """Judge the database and what it holds."""
    if isinstance(found, DatabaseTooLarge):
        return (warning("database", str(found)),)
    if isinstance(found, StorageError):
        return (problem("database", str(found)),)
    if found.refusal is not None:
        return (problem("database", str(found.refusal)),)
    traits = found.traits
    server = f"PostgreSQL {traits.version // 10000}.{traits.version % 10000}"
    is_ = f"{where}: {server}, {traits.encoding}, knows the case of letters"
    if traits.applied is None:
        return (ok("database", f"{is_}; it is empty, and its tables can be made."),)
    return (ok("database", f"{is_}; schema {max(traits.applied, default=0)}."),)


def keys(vault: Callable[[], Vault], file: Path | None, sealed: Sequence[Sealed]) -> Finding:
    """Judge the session keys: those of a file if there is one, by the sessions they must open.

    `vault` reads the keys, and raises `SessionKeyUnusable`.
    """
    name = "session keys"
    try:
        if file is not None:
            if not file.exists():
                return _missing(file, sealed)
            if file.stat().st_mode & _OTHERS:
                return problem(name, f"{file} may be read by others. Close it: chmod 600 '{file}'")
        opened = vault()
        for each in sealed:
            opened.open(each.record, account=each.account)
    except StorageError as refusal:
        return problem(name, str(refusal))
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        return problem(name, f"{file} cannot be looked at ({why}). Run this as its owner.")
    where = str(file) if file is not None else "TGACTORS_SESSION_KEYS"
    held = f"{len(sealed)} stored session{'' if len(sealed) == 1 else 's'}"
    return ok(name, f"{where} opens {held}." if sealed else f"{where} is in order.")


def _missing(file: Path, sealed: Sequence[Sealed]) -> Finding:
    if not sealed:
        return ok("session keys", f"{file} will be made by the first command that needs it.")
    held = ", ".join(str(each.account) for each in sealed[:3])
    text = f"{file} is gone, and nothing else opens the stored sessions (account {held})"
    return problem("session keys", f"{text}. Restore it, or let them log in again.")
