"""The table of methods that are served."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.cipher import Key
from sandbox.telegram import Telegram

Run = Callable[[Telegram, Key, Any], object]


class Refused(Exception):
    """A method refuses a call with one of Telegram's errors."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


@dataclass(frozen=True, slots=True)
class Method:
    """What answers one request class; an open one needs no login."""

    run: Run
    is_open: bool


METHODS: dict[type, Method] = {}


def answers(request: type, *, is_open: bool = False) -> Callable[[Run], Run]:
    """Enter a function as the answer to a request class."""

    def enter(run: Run) -> Run:
        METHODS[request] = Method(run, is_open)
        return run

    return enter
