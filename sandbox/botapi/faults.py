"""What the Bot API was seen doing instead of answering, and when it shall do it here."""

import threading
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from sandbox.botapi.methods import SERVED
from sandbox.botapi.refusals import Refused, too_many
from sandbox.errors import UnknownMethod
from sandbox.fault import Hold

When: TypeAlias = Literal["before", "after"]


@dataclass(frozen=True, slots=True)
class Error:
    """The call is refused, and not carried out: `Error(403, "Forbidden: user is deactivated")`."""

    code: int
    description: str
    retry_after: int | None = None

    @property
    def refusal(self) -> Refused:
        """What the client is told."""
        return Refused(self.code, self.description, retry_after=self.retry_after)


@dataclass(frozen=True, slots=True)
class Flood:
    """The bot was too fast, and may go on after so many seconds."""

    retry_after: int

    @property
    def refusal(self) -> Refused:
        """What the client is told."""
        return too_many(self.retry_after)


@dataclass(frozen=True, slots=True)
class Page:
    """A gateway answers with a page instead of JSON: 502, 503 or 504."""

    status: int = 502


@dataclass(frozen=True, slots=True)
class Cut:
    """The connection ends before the call is carried out, or before the answer."""

    when: When = "before"


@dataclass(frozen=True, slots=True)
class Silent:
    """No answer ever comes; "after" carries the call out all the same."""

    when: When = "before"


Fault: TypeAlias = Error | Flood | Page | Cut | Silent
ANY: Final = "*"
"""The name that stands for every method."""


@dataclass(slots=True, eq=False)
class _Rule:
    """A fault or a hold for some calls of one method."""

    method: str
    what: Fault | Hold
    chat: int | None
    skip: int
    times: int

    @property
    def is_over(self) -> bool:
        return self.what.is_over if isinstance(self.what, Hold) else not self.times

    def takes(self, method: str, chat: int | None) -> bool:
        """Whether this call is one of those; counts it."""
        if not self.times or self.is_over:
            return False
        if self.method not in (ANY, method) or self.chat not in (None, chat):
            return False
        if self.skip:
            self.skip -= 1
            return False
        self.times -= 1
        return True


class Faults:
    """The faults of one Bot API, matched by the order of calls; callable from any thread.

    Each is for the calls of one method, or of all ("*"), and of one chat or of all: the first
    `skip` of them are carried out as ever, the next `times` meet the fault.
    """

    def __init__(self) -> None:
        self._rules: list[_Rule] = []
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"<Faults: {[rule for rule in self._rules if not rule.is_over]}>"

    def next(
        self, method: str, fault: Fault, *, chat: int | None = None, skip: int = 0, times: int = 1
    ) -> None:
        """Let the next calls meet a fault."""
        self._add(_Rule(_known(method), fault, chat, skip, times))

    def hold(self, method: str, *, chat: int | None = None, skip: int = 0, times: int = 1) -> Hold:
        """Let calls wait, before they are carried out, until the hold is released."""
        hold = Hold(method, chat, 0, times)
        self._add(_Rule(_known(method), hold, chat, skip, times))
        return hold

    def clear(self) -> None:
        """Forget all faults; calls held now go on."""
        with self._lock:
            rules, self._rules = self._rules, []
        for rule in rules:
            if isinstance(rule.what, Hold):
                rule.what.release()

    def match(self, method: str, chat: int | None) -> Fault | Hold | None:
        """What this call meets: the first added that takes it."""
        with self._lock:
            self._rules = [rule for rule in self._rules if not rule.is_over]
            return next((each.what for each in self._rules if each.takes(method, chat)), None)

    def _add(self, rule: _Rule) -> None:
        with self._lock:
            self._rules.append(rule)


def _known(method: str) -> str:
    if method != ANY and method.lower() not in SERVED:
        raise UnknownMethod(method)
    return method.lower()
