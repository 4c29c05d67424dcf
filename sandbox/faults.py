"""An ordered script of faults, matched by call order and never by time or chance."""

import threading
from collections.abc import Iterable, Mapping
from typing import Any, Final

from sandbox.errors import FaultInvalid, UnknownMethod
from sandbox.fault import (
    AnyFault,
    CutFault,
    DelayFault,
    ErrorFault,
    Fault,
    Hold,
    SilentFault,
    When,
)
from sandbox.methods import method_names

__all__ = ["AnyFault", "Fault", "Faults", "Hold", "When"]

_KINDS: Final = ("error", "cut", "silent", "delay", "hold")


class Faults:
    """The faults of one sandbox, in the order they were added; callable from any thread.

    Each is for the calls of one `method`, by one `user` or by all: the first `skip` of them are
    carried out as ever, the next `times` meet the fault.
    """

    def __init__(self) -> None:
        self._script: list[AnyFault] = []
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"<Faults: {[fault for fault in self._script if not fault.is_over]}>"

    def error(
        self, method: str, error: str, *, user: int | None = None, skip: int = 0, times: int = 1
    ) -> None:
        """Answer calls with an error, for example "FLOOD_WAIT_30"."""
        self._add(ErrorFault(method, user, skip, times, error))

    def cut(
        self,
        method: str,
        *,
        when: When = "before",
        user: int | None = None,
        skip: int = 0,
        times: int = 1,
    ) -> None:
        """Break the caller's connection, before calls are carried out or before the answer."""
        self._add(CutFault(method, user, skip, times, when))

    def silent(
        self,
        method: str,
        *,
        when: When = "before",
        user: int | None = None,
        skip: int = 0,
        times: int = 1,
    ) -> None:
        """Never answer calls; "after" carries them out all the same."""
        self._add(SilentFault(method, user, skip, times, when))

    def delay(
        self, method: str, seconds: float, *, user: int | None = None, skip: int = 0, times: int = 1
    ) -> None:
        """Carry calls out some seconds late; prefer `hold`, which needs no clock."""
        self._add(DelayFault(method, user, skip, times, seconds))

    def hold(self, method: str, *, user: int | None = None, skip: int = 0, times: int = 1) -> Hold:
        """Let calls wait until the hold is released."""
        hold = Hold(method, user, skip, times)
        self._add(hold)
        return hold

    def load(self, script: Iterable[Mapping[str, Any]]) -> tuple[Hold, ...]:
        """Add faults given as data; returns the holds among them, to be released.

        Each has a method, one of "error", "cut", "silent", "delay" and "hold", and may have
        user, skip and times: {"method": "messages.getHistory", "error": "FLOOD_WAIT_5"}.
        """
        made = [_made(dict(entry)) for entry in script]
        for fault in made:
            self._add(fault)
        return tuple(fault for fault in made if isinstance(fault, Hold))

    def clear(self) -> None:
        """Forget all faults; calls held now go on."""
        with self._lock:
            script, self._script = self._script, []
        for fault in script:
            if isinstance(fault, Hold):
                fault.release()

    def match(self, method: str, user: int | None) -> AnyFault | None:
        """The fault this call meets; the first added that takes it."""
        if not self._script:
            return None
        with self._lock:
            taken = next((fault for fault in self._script if fault.takes(method, user)), None)
            self._script = [fault for fault in self._script if not fault.is_over]
        return taken

    def _add(self, fault: AnyFault) -> None:
        if fault.method not in method_names():
            raise UnknownMethod(fault.method)
        with self._lock:
            self._script.append(fault)


def _made(entry: dict[str, Any]) -> AnyFault:
    """One fault of a script given as data."""
    kinds = [kind for kind in _KINDS if kind in entry]
    left = set(entry) - {"method", "user", "skip", "times", *_KINDS}
    if len(kinds) != 1 or left or not isinstance(entry.get("method"), str):
        raise FaultInvalid(repr(entry))
    value = entry[kinds[0]]
    where = (entry["method"], entry.get("user"), entry.get("skip", 0), entry.get("times", 1))
    match kinds[0], value:
        case "error", str():
            return ErrorFault(*where, value)
        case "cut", "before" | "after":
            return CutFault(*where, value)
        case "silent", "before" | "after":
            return SilentFault(*where, value)
        case "delay", int() | float():
            return DelayFault(*where, float(value))
        case "hold", True:
            return Hold(*where)
    raise FaultInvalid(repr(entry))
