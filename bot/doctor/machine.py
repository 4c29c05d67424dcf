"""The checks of this machine."""

from __future__ import annotations

import errno
import re
import socket
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from importlib import metadata
from zoneinfo import ZoneInfo

from bot.doctor.finding import Finding, ok, problem, warning

OLDEST_PYTHON = (3, 11)
PER_ACCOUNT = 3  # descriptors: two of its loop, one of its connection
OTHERS = 64  # descriptors of the database's connections, of files and of the interpreter
_REQUIREMENT = re.compile(r"([\w.-]+)(?:\[[\w,-]+\])?\s*(==|>=)\s*([\d.]+)")
_LATEST_YEAR = 2100


def python(version: tuple[int, int, int], platform: str) -> Finding:
    """Judge the interpreter and the system."""
    is_ = f"Python {'.'.join(map(str, version))} on {platform}"
    if version < OLDEST_PYTHON:
        return problem("python", f"{is_}; 3.11 is the oldest that will do. Install a newer one.")
    if platform == "win32":
        return problem("python", f"{is_}, which is not supported. Run it on Linux, or in WSL.")
    if platform != "linux":
        return warning("python", f"{is_}; it is tested on Linux only. Prefer Linux for service.")
    return ok("python", f"{is_}.")


def packages(wanted: Iterable[str], installed: Callable[[str], str]) -> Finding:
    """Judge what is installed; `installed` raises PackageNotFoundError for what is not."""
    wrong, count = [], 0
    for requirement in wanted:
        found = _REQUIREMENT.match(requirement)
        if found is None or "extra ==" in requirement:
            continue
        count += 1
        name, relation, version = found.groups()
        try:
            has = installed(name)
        except metadata.PackageNotFoundError:
            wrong.append(f"{name} is missing")
            continue
        fits = has == version if relation == "==" else _numbers(has) >= _numbers(version)
        if not fits:
            wrong.append(f"{name} is {has}, wanted is {relation}{version}")
    if wrong:
        told = "; ".join(wrong)
        return problem("packages", f"{told}. Install tgactors again with its dependencies.")
    return ok("packages", f"All {count} packages are there, in versions that fit.")


def speed(*, cryptg: bool) -> Finding:
    """Judge how fast Telegram's encryption is computed."""
    if cryptg:
        return ok("encryption", "cryptg is there.")
    slow = "cryptg is missing: encryption is computed in Python, and reading is many times slower"
    return warning("encryption", f"{slow}. Install it: pip install cryptg")


def open_files(limit: int, accounts: int | None) -> Finding:
    """Judge the number of files a process may have open, given the accounts there are."""
    room = max(0, (limit - OTHERS) // PER_ACCOUNT)
    is_ = f"{limit} open files are allowed, enough for {room} accounts awake at once"
    advice = "Raise the limit: ulimit -n"
    if room == 0:
        return problem("open files", f"{is_}. {advice} {OTHERS + PER_ACCOUNT * 100}")
    if accounts is not None and accounts > room:
        wanted = OTHERS + PER_ACCOUNT * accounts
        return warning("open files", f"{is_}; {accounts} are known. {advice} {wanted}")
    return ok("open files", f"{is_}.")


def space(free: int, floor: int) -> Finding:
    """Judge the free space of the data folder's disk, in megabytes."""
    if free < floor:
        text = f"{free} MB are free, and below {floor} MB nothing is read. Free some disk space, "
        return problem("disk", f"{text}or set TGACTORS_FREE_SPACE_MB lower.")
    if free < 2 * floor:
        return warning("disk", f"{free} MB are free; at {floor} MB reading stops. Free some space.")
    return ok("disk", f"{free} MB are free.")


def clock(now: datetime, newest_file: datetime, zone: str | None) -> Finding:
    """Judge the clock by this program's own files, and the time zone by its name."""
    shown = now.isoformat(sep=" ", timespec="seconds")
    if now < newest_file or now.astimezone(UTC).year >= _LATEST_YEAR:
        text = f"It is {shown} here, which cannot be. Set the clock (timedatectl set-ntp true)."
        return problem("clock", text)
    if zone and not _is_zone(zone):
        text = f"TZ={zone!r} names no time zone, so times are shown in UTC. Correct or unset TZ."
        return warning("clock", text)
    return ok("clock", f"It is {shown} here, by this machine alone.")


def port(number: int) -> Finding:
    """Tell whether a port of the loopback interface is free; bound for a moment, never opened."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", number))
        except OSError as error:
            why = "in use" if error.errno == errno.EADDRINUSE else error.strerror
            text = f"Port {number}, the sandbox's usual one, cannot be used for another ({why})"
            return ok("ports", f"{text}: tgactors sandbox --port {number + 1} takes its own.")
    return ok("ports", f"Port {number}, the sandbox's usual one, is free.")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))


def _is_zone(name: str) -> bool:
    if re.fullmatch(r"<?[A-Za-z+\-\d]{3,}>?[+-]?\d[\w,./:<>+-]*", name):
        return True  # spelled out, as in UTC0 or CET-1CEST
    try:
        ZoneInfo(name.removeprefix(":"))
    except (KeyError, ValueError, OSError):
        return False
    return True
