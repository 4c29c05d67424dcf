"""A guard that counts and names uses of a resource away from the thread that owns it."""

from __future__ import annotations

import sys
import threading
from collections import Counter
from typing import Any

from runtime.logs import get_logger

log = get_logger("runtime")

_NAMED = 100  # distinct uses that are kept by name


class Affinity:
    """Where a resource belongs: the thread that made this, or last called `bind`.

    It never refuses: a use elsewhere is counted, named by what was used and from which line, and
    logged the first time. From any thread.
    """

    __slots__ = ("_home", "_lock", "_names", "resource", "violations")

    def __init__(self, resource: str) -> None:
        self.resource = resource
        self.violations = 0
        self._lock = threading.Lock()
        self._names: Counter[str] = Counter()
        self._home = threading.get_ident()

    def __repr__(self) -> str:
        """Show the state that tests and people look for."""
        return f"<Affinity {self.resource} violations={self.violations}>"

    def bind(self) -> None:
        """Let the present thread own the resource from now on."""
        self._home = threading.get_ident()

    def note(self, use: str, *, depth: int = 1) -> bool:
        """Note a use; False if it comes from another thread. `depth` frames up is who is named."""
        if threading.get_ident() == self._home:
            return True
        frame = sys._getframe(depth)  # noqa: SLF001  naming the caller is the point
        where = f"{use} in {threading.current_thread().name} at {frame.f_code.co_filename}"
        named = f"{where}:{frame.f_lineno}"
        with self._lock:
            self.violations += 1
            first = named not in self._names and len(self._names) < _NAMED
            if first or named in self._names:
                self._names[named] += 1
        if first:
            log.error("affinity.violated", resource=self.resource, use=named)
        return False

    def named(self) -> dict[str, int]:
        """Return how often each use elsewhere happened."""
        with self._lock:
            return dict(self._names)

    def guard(self, resource: Any) -> Any:
        """Return a stand-in for the resource that notes each use of an attribute."""
        return _Guarded(self, resource)


class _Guarded:
    """A resource whose every attribute is looked up through its guard."""

    __slots__ = ("_affinity", "_resource")

    def __init__(self, affinity: Affinity, resource: Any) -> None:
        object.__setattr__(self, "_affinity", affinity)
        object.__setattr__(self, "_resource", resource)

    def __getattr__(self, name: str) -> Any:
        self._affinity.note(name, depth=2)
        return getattr(self._resource, name)

    def __setattr__(self, name: str, value: Any) -> None:
        self._affinity.note(name, depth=2)
        setattr(self._resource, name, value)
