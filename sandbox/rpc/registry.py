"""The table of methods that are served."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.cipher import Key
from sandbox.model import Person
from sandbox.refusal import Refused
from sandbox.telegram import Telegram

__all__ = ["METHODS", "Method", "Refused", "Run", "answers", "viewer_of"]

Run = Callable[[Telegram, Key, Any], object]


@dataclass(frozen=True, slots=True)
class Method:
    """What answers one request class; an open one needs no login.

    `differs` says how the answer is unlike the real service's, for the table of coverage.
    """

    run: Run
    is_open: bool
    differs: str


METHODS: dict[type, Method] = {}


def answers(request: type, *, is_open: bool = False, differs: str = "") -> Callable[[Run], Run]:
    """Enter a function as the answer to a request class."""

    def enter(run: Run) -> Run:
        METHODS[request] = Method(run, is_open, differs)
        return run

    return enter


def viewer_of(telegram: Telegram, key: Key) -> Person:
    """The person who asks."""
    return telegram.world.find_person(key.person_id or 0)
