"""What a test has decided about calls to come, matched by their order and never by time."""

import threading
from dataclasses import dataclass
from typing import Final

from sandbox.fault import Hold
from sandbox.providers.asked import Asked
from sandbox.providers.errors import RuleInvalid
from sandbox.providers.faults import Fault, Kind

_USUAL: Final[tuple[Kind, ...]] = ("chat", "embeddings")


@dataclass(slots=True, eq=False)
class Rule:
    """One fault, or a good answer, for some of the calls."""

    fault: Fault | None
    of: tuple[Kind, ...]
    text_contains: str | None = None
    model: str | None = None
    skip: int = 0
    times: int | None = None  # None: for ever

    def takes(self, asked: Asked) -> bool:
        """Whether this call is one of those; counts it."""
        if self.times == 0 or not self._fits(asked):
            return False
        if self.skip:
            self.skip -= 1
            return False
        if self.times is not None:
            self.times -= 1
        return True

    def _fits(self, asked: Asked) -> bool:
        return (
            asked.kind in self.of
            and self.model in (None, asked.model)
            and (
                self.text_contains is None
                or any(self.text_contains in text for text in asked.texts)
            )
        )


@dataclass(slots=True, eq=False)
class Halt:
    """Calls that wait for a test, before they are answered or in the middle of the answer."""

    rule: Rule
    hold: Hold
    midway: bool


@dataclass(frozen=True, slots=True)
class Met:
    """What a call has met: what it waits for, and then what happens to it."""

    fault: Fault | None
    before: tuple[Hold, ...] = ()
    midway: tuple[Hold, ...] = ()


class Rules:
    """The rules of one provider; callable from any thread.

    What `next` has ordered comes first, then what `when` has, then what `always` has, and among
    each what was ordered first. Unless told otherwise they are for chats and embeddings, as far as
    the fault can strike those: a token is still given.
    """

    def __init__(self) -> None:
        self._next: list[Rule] = []
        self._when: list[Rule] = []
        self._always: list[Rule] = []
        self._halts: list[Halt] = []
        self._lock = threading.Lock()

    def next(self, fault: Fault | None, *, of: Kind | None = None, times: int = 1) -> None:
        """Let the next calls meet a fault; None: let them be answered well all the same."""
        self._add(self._next, Rule(fault, _struck(fault, of), times=times))

    def when(
        self,
        fault: Fault | None,
        *,
        text_contains: str | None = None,
        model: str | None = None,
        of: Kind | None = None,
        skip: int = 0,
        times: int | None = None,
    ) -> None:
        """Let calls with a text, or for a model, meet a fault: after `skip` of them, for `times`.

        The text is looked for in every message and in everything that is to be embedded.
        """
        rule = Rule(fault, _struck(fault, of), text_contains, model, skip, times)
        self._add(self._when, rule)

    def always(self, fault: Fault | None, *, of: Kind | None = None) -> None:
        """Let every call meet a fault, from now on; the newest such order counts."""
        with self._lock:
            self._always.insert(0, Rule(fault, _struck(fault, of)))

    def hold(
        self,
        *,
        of: Kind | None = None,
        text_contains: str | None = None,
        midway: bool = False,
        skip: int = 0,
        times: int = 1,
    ) -> Hold:
        """Let calls wait until the hold is released, then go on to whatever else they meet.

        With `midway` the first half of the body, or the first piece of a stream, is sent before.
        """
        rule = Rule(None, _struck(None, of), text_contains, skip=skip, times=times)
        halt = Halt(rule, Hold(of or "chat or embeddings", None, 0, times), midway)
        with self._lock:
            self._halts.append(halt)
        return halt.hold

    def clear(self) -> None:
        """Forget all rules; calls held now go on."""
        with self._lock:
            halts, self._halts = self._halts, []
            for rules in (self._next, self._when, self._always):
                rules.clear()
        for halt in halts:
            halt.hold.release()

    def match(self, asked: Asked) -> Met:
        """What this call meets."""
        with self._lock:
            self._halts = [halt for halt in self._halts if not halt.hold.is_over]
            halts = [halt for halt in self._halts if halt.rule.takes(asked)]
            rules = (*self._next, *self._when, *self._always)
            taken = next((rule for rule in rules if rule.takes(asked)), None)
        return Met(
            fault=taken.fault if taken else None,
            before=tuple(halt.hold for halt in halts if not halt.midway),
            midway=tuple(halt.hold for halt in halts if halt.midway),
        )

    def _add(self, rules: list[Rule], rule: Rule) -> None:
        with self._lock:
            rules[:] = [each for each in rules if each.times != 0]
            rules.append(rule)


def _struck(fault: Fault | None, of: Kind | None) -> tuple[Kind, ...]:
    """The kinds of calls that a rule is for."""
    strikes = fault.strikes if fault is not None else (*_USUAL, "models", "token")
    if of is None:
        return tuple(kind for kind in _USUAL if kind in strikes)
    if of not in strikes:
        raise RuleInvalid(repr(fault), of, strikes)
    return (of,)
