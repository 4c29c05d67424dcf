"""The choice of checks for a configuration."""

from __future__ import annotations

import asyncio
import os
import resource
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from functools import partial
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from actors import BadSettings, TelegramNotConfigured
from actors.addresses import sandbox_address
from actors.settings import OWN_SANDBOX
from bot.doctor import archive, machine, telegram
from bot.doctor.examination import Check
from bot.doctor.finding import Finding, ok, problem, warning
from bot.misspelt import known_names, misspelt
from bot.settings import Settings
from storage.embedded import trial
from storage.errors import StorageError
from storage.inspection import Inspection, Sealed, inspect
from storage.sessions import Vault
from storage.space import free_megabytes

Scratch = Callable[[], AbstractContextManager[Path]]

_TRIAL_SECONDS = 100.0  # a copy, a start, a look and a stop, each with a deadline of its own


def checks(
    settings: Settings | BadSettings, data: Path, scratch: Scratch, port: int
) -> tuple[Check, ...]:
    """Return what to look at; without good settings, what can be looked at all the same."""
    data = data.absolute()
    floor = Settings.model_fields["free_space_mb"].default
    if isinstance(settings, Settings):
        floor = settings.free_space_mb
    return (
        Check("configuration", partial(configuration, settings, os.environ)),
        Check("python", _python),
        Check("clock", _clock),
        Check("data folder", lambda: (archive.folder(data),)),
        Check("disk", lambda: (machine.space(free_megabytes(data), floor),)),
        Check("database", partial(_archive, settings, data, scratch), _TRIAL_SECONDS),
        Check("ports", lambda: (machine.port(port),)),
        Check("telegram", partial(_telegram, settings)),
    )


def configuration(
    settings: Settings | BadSettings, environment: Iterable[str]
) -> tuple[Finding, ...]:
    """Judge the settings, and find those whose names are mistyped."""
    given = tuple(environment)
    found = []
    if isinstance(settings, BadSettings):
        found.append(problem("configuration", str(settings)))
    found += [warning("configuration", text) for text in misspelt(given)]
    names = ", ".join(sorted({name.upper() for name in given} & known_names())) or "nothing"
    return tuple(found) or (ok("configuration", f"In the environment: {names}."),)


def _python() -> tuple[Finding, ...]:
    version = sys.version_info
    return (
        machine.python((version.major, version.minor, version.micro), sys.platform),
        machine.packages(metadata.requires("tgactors") or (), metadata.version),
        machine.speed(cryptg=find_spec("cryptg") is not None),
    )


def _clock() -> tuple[Finding, ...]:
    newest = max(path.stat().st_mtime for path in Path(__file__).parent.glob("*.py"))
    now = datetime.now(UTC).astimezone()
    return (machine.clock(now, datetime.fromtimestamp(newest, UTC), os.environ.get("TZ")),)


def _archive(settings: Settings | BadSettings, data: Path, scratch: Scratch) -> tuple[Finding, ...]:
    """Look into the database, and judge with its help what depends on what it holds."""
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if isinstance(settings, BadSettings):
        text = "Not looked at: mend the configuration first."
        return (
            warning("database", text),
            warning("session keys", text),
            machine.open_files(limit, None),
        )
    found = _inspected(settings, data, scratch)
    seen = found if isinstance(found, Inspection) else None
    where = "The server of TGACTORS_DATABASE_URL" if settings.dsn else "The embedded server"
    return (
        *archive.database(found, where),
        _keys(settings, data, seen.sealed if seen else ()),
        machine.open_files(limit, seen.accounts if seen else None),
    )


def _inspected(settings: Settings, data: Path, scratch: Scratch) -> Inspection | StorageError:
    try:
        if settings.dsn is not None:
            return asyncio.run(inspect(settings.dsn))
        with scratch() as folder, trial(data, folder) as dsn:
            return asyncio.run(inspect(dsn))
    except StorageError as refusal:
        return refusal


def _keys(settings: Settings, data: Path, sealed: Sequence[Sealed]) -> Finding:
    if settings.keys:
        return archive.keys(lambda: Vault(settings.keys), None, sealed)
    file = data / "session.key"
    return archive.keys(lambda: Vault.from_file(file), file, sealed)


def _telegram(settings: Settings | BadSettings) -> tuple[Finding, ...]:
    if isinstance(settings, BadSettings):
        return (warning("telegram", "Not looked at: mend the configuration first."),)
    if settings.telegram == OWN_SANDBOX:
        return (ok("telegram", "The sandbox that `tgactors serve` brings along."),)
    if settings.telegram is not None:
        return telegram.reach_one(*sandbox_address(settings.telegram))
    if settings.api is None:
        return (warning("telegram", str(TelegramNotConfigured())),)
    return telegram.reach_any()
