"""What clients asked, and what they were told."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Final

_MISTAKES: Final = 100


@dataclass(frozen=True, slots=True)
class Call:
    """One call that is over: `answer` is "ok", an error's name, or how it was cut or ignored.

    `size` and `took` are left out when calls are compared.
    """

    number: int  # by arrival
    method: str
    user: int | None
    answer: str
    channel: int | None = None
    fault: str | None = None  # what the script did to it: "error", "hold", "cut before", ...
    size: int = field(default=0, compare=False)  # of the answer, in bytes
    took: float = field(default=0.0, compare=False)  # seconds


class Calls:
    """A bounded history of calls, newest last, and of mistakes; readable from any thread."""

    def __init__(self, history: int, on_call: Callable[[Call], None] | None) -> None:
        self._calls: deque[Call] = deque(maxlen=history)
        self._mistakes: deque[str] = deque(maxlen=_MISTAKES)
        self._numbers = count(1)
        self._on_call = on_call
        self._lock = threading.Lock()

    def arrive(self) -> int:
        """The number of the call that begins now."""
        return next(self._numbers)

    def record(self, call: Call) -> None:
        """Note an answered call."""
        with self._lock:
            self._calls.append(call)
        if self._on_call is not None:
            try:
                self._on_call(call)
            except Exception as error:  # noqa: BLE001  # a watcher's bug must not hang a client
                self.mistake(f"on_call raised {error!r} for {call}")

    def mistake(self, text: str) -> None:
        """Note something no correct client or sandbox does."""
        with self._lock:
            self._mistakes.append(text)

    @property
    def history(self) -> tuple[Call, ...]:
        """The answered calls, newest last."""
        with self._lock:
            return tuple(self._calls)

    @property
    def mistakes(self) -> tuple[str, ...]:
        """The mistakes, newest last."""
        with self._lock:
            return tuple(self._mistakes)
