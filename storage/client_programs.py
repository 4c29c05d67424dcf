"""Postgres's own client programs."""

import asyncio
import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from storage.embedded.binaries import installed
from storage.errors import PostgresBinariesMissing

SECONDS = 6 * 3600.0
VERSION_SECONDS = 30.0
VERSION = 2  # the word of "pg_dump (PostgreSQL) 18.4"
TAIL = 500


@dataclass(frozen=True, slots=True)
class Program:
    """A program, and of which release of Postgres it is; 0: that is not known."""

    path: Path
    major: int


@dataclass(frozen=True, slots=True)
class Ended:
    """What a program came to."""

    told: str
    trouble: str | None
    """Its last words, if it has failed."""


async def newest(name: str) -> Program:
    """Find a program: of the one that was brought along and the system's own the newer one.

    Raises `PostgresBinariesMissing`.
    """
    found: list[Program] = []
    with suppress(PostgresBinariesMissing):
        found.append(await _looked_at(installed() / "bin" / name))
    if (theirs := await asyncio.to_thread(shutil.which, name)) is not None:
        found.append(await _looked_at(Path(theirs)))
    if not found:
        raise PostgresBinariesMissing(name)
    return max(found, key=lambda program: program.major)


async def run(
    program: Program, *arguments: str, dsn: str | None = None, seconds: float = SECONDS
) -> Ended:
    """Run a program to its end, which a cancellation is too; passwords are in no argument."""
    secrets: dict[str, str] = {}
    if dsn is not None:
        address, secrets = addressed(dsn)
        arguments = (f"--dbname={address}", *arguments)
    return await _ended([str(program.path), *arguments], secrets, seconds)


def addressed(dsn: str) -> tuple[str, dict[str, str]]:
    """Return an address that may be seen in a list of processes, and what must not be."""
    parts = urlsplit(dsn)
    query = dict(parse_qsl(parts.query))
    secret = query.pop("password", None) or (parts.password and unquote(parts.password))
    user, at, host = parts.netloc.rpartition("@")
    place = f"{user.partition(':')[0]}{at}{host}"
    told = urlencode(query, quote_via=quote)  # to libpq a + is no space
    address = urlunsplit(parts._replace(netloc=place, query=told))
    if not parts.netloc:  # which urlunsplit leaves out, and libpq wants
        address = address.replace(":/", ":///", 1)
    return address, {"PGPASSWORD": secret} if secret else {}


async def _looked_at(path: Path) -> Program:
    ended = await _ended([str(path), "--version"], {}, VERSION_SECONDS)
    words = ended.told.split()
    release = words[VERSION].partition(".")[0] if len(words) > VERSION else ""
    return Program(path, int(release) if release.isdigit() else 0)


async def _ended(command: Sequence[str], secrets: dict[str, str], seconds: float) -> Ended:
    process = await asyncio.create_subprocess_exec(
        *command,
        env={**os.environ, "LC_ALL": "C", **secrets},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    name = Path(command[0]).name
    try:
        async with asyncio.timeout(seconds):
            told, complained = await process.communicate()
    except TimeoutError:
        return Ended("", f"{name} did not end within {seconds:.0f} s")
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    words = complained.decode(errors="replace").strip()[-TAIL:]
    failed = words or f"{name} ended with {process.returncode}"
    return Ended(told.decode(errors="replace"), failed if process.returncode else None)
