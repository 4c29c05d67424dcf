"""What processes use, as the system counts it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PARENT, _USER, _SYSTEM = 1, 11, 12  # fields of /proc/<pid>/stat behind the name
KIB_IN_MIB = 1024


def cpu_seconds() -> float:
    """Return the CPU that this process and all that it has started and still runs have used."""
    return sum(
        (int(fields[_USER]) + int(fields[_SYSTEM])) / _TICKS for _, fields in _family(os.getpid())
    )


def resident_mib() -> float:
    """Return the memory that this process has in use now."""
    return _resident(os.getpid())


def resident_mib_of(word: str) -> float:
    """Return the memory of the processes started by this one that have a word in their command."""
    return sum(
        _resident(pid)
        for pid, _ in _family(os.getpid())
        if pid != os.getpid() and word in Path(f"/proc/{pid}/cmdline").read_text()
    )


def _resident(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / KIB_IN_MIB


def _family(root: int) -> Iterator[tuple[int, list[str]]]:
    """Yield a process and its descendants, with their fields."""
    found = dict(_processes())
    wanted = {root}
    while grown := {pid for pid, each in found.items() if int(each[_PARENT]) in wanted} - wanted:
        wanted |= grown
    return ((pid, found[pid]) for pid in wanted)


def _processes() -> Iterator[tuple[int, list[str]]]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                stat = (entry / "stat").read_text()
            except OSError:
                continue  # it has ended meanwhile
            yield int(entry.name), stat.rpartition(")")[2].split()
