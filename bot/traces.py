"""What a process has running and open, to see that something left nothing behind."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Self

_PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Traces:
    """The threads and descriptors of this process, and all processes there are, at one moment."""

    threads: frozenset[threading.Thread]
    descriptors: frozenset[tuple[int, str]]
    processes: frozenset[int]

    @classmethod
    def now(cls) -> Self:
        """Look."""
        return cls(frozenset(threading.enumerate()), _descriptors(), _processes())

    def left_behind(self, folder: Path, *, kept: bool) -> tuple[str, ...]:
        """Name what is there now and was not before; of processes, ours and users of a folder."""
        now = Traces.now()
        left = [f"thread {thread.name}" for thread in now.threads - self.threads]
        left += [f"descriptor {what}" for _, what in now.descriptors - self.descriptors]
        left += [
            f"process {pid}: {command}"
            for pid in now.processes - self.processes
            # A server may have lost its parent, and still names the folder it serves.
            if (command := _command(pid))
            and (_parent(pid) == os.getpid() or str(folder) in command)
        ]
        if not kept and folder.exists():
            left.append(f"folder {folder}")
        return tuple(sorted(left))


def _descriptors() -> frozenset[tuple[int, str]]:
    found = set()
    for entry in (_PROC / "self" / "fd").iterdir():
        try:
            found.add((int(entry.name), str(entry.readlink())))
        except OSError:
            continue  # the descriptor that listed them
    return frozenset(found)


def _processes() -> frozenset[int]:
    return frozenset(int(entry.name) for entry in _PROC.iterdir() if entry.name.isdecimal())


def _parent(pid: int) -> int | None:
    try:
        stat = (_PROC / str(pid) / "stat").read_text(errors="replace")
    except OSError:
        return None  # it has ended meanwhile
    return int(stat.rpartition(")")[2].split()[1])


def _command(pid: int) -> str:
    """Return a process's command line, or its name if it has none left; empty if it is gone."""
    try:
        words = (_PROC / str(pid) / "cmdline").read_bytes()
        name = (_PROC / str(pid) / "comm").read_text(errors="replace")
    except OSError:
        return ""
    return words.replace(b"\0", b" ").decode(errors="replace").strip() or name.strip()
