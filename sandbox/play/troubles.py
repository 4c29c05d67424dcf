"""What is out of order at the moment, because somebody has ordered it."""

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from typing import Any, Final

from sandbox.botapi import BotApi
from sandbox.fault import Hold
from sandbox.providers import Busy, Providers, Refusal
from sandbox.providers.service import Service
from sandbox.server import Sandbox

PLACES: Final = ("telegram", "botapi")
"""What can be out of reach."""
MODELS: Final = ("gigachat", "openrouter")
"""What can also answer, and not well."""
MODES: Final = ("well", "down", "busy", "refusal")
HISTORY: Final = "messages.getHistory"
"""The method that is held and flooded: that of reading."""
_BUSY: Final = 10.0
"""Seconds after which a busy model says that it will answer."""
_ALL_CALLS: Final = 1_000_000


@dataclass(slots=True, eq=False)
class Troubles:
    """Everything that can be out of order. Not for several threads at once."""

    telegram: Sandbox
    api: BotApi
    providers: Providers
    _modes: dict[str, str] = field(default_factory=dict)
    _down: dict[str, ExitStack] = field(default_factory=dict)
    _held: Hold | None = None

    def facts(self) -> dict[str, Any]:
        """How each is doing, as the page shows it."""
        modes = {name: self._modes.get(name, "well") for name in (*PLACES, *MODELS)}
        return {"modes": modes, "held": self._held is not None}

    def put(self, name: str, mode: str) -> None:
        """Let a place be down or well, a model also busy or unwilling."""
        self._mend(name)
        if mode == "down":
            self._break(name)
        elif mode != "well":
            fault = Busy(reset_in=_BUSY) if mode == "busy" else Refusal()
            self._model(name).always(fault, of="chat")
        self._modes[name] = mode

    def flood(self, person: int, seconds: int) -> None:
        """Let a person's next reading be told to wait."""
        self.telegram.faults.error(HISTORY, f"FLOOD_WAIT_{seconds}", user=person)

    def hold(self, person: int) -> None:
        """Let a person's reading wait until it is released."""
        self.release()
        self._held = self.telegram.faults.hold(HISTORY, user=person, times=_ALL_CALLS)

    def release(self) -> None:
        """Let what is held go on."""
        held, self._held = self._held, None
        if held is not None:
            held.release()

    def clear(self) -> None:
        """Let everything be in order again, also what was ordered and has not happened yet."""
        self.release()
        self.telegram.faults.clear()
        self.api.faults.clear()
        for name in (*PLACES, *MODELS):
            self.put(name, "well")

    def _mend(self, name: str) -> None:
        down = self._down.pop(name, None)
        if down is not None:
            down.close()
        if name in MODELS:
            self._model(name).clear()

    def _break(self, name: str) -> None:
        outages: dict[str, Callable[[], AbstractContextManager[None]]] = {
            "telegram": self.telegram.down,
            "botapi": self.api.down,
        }
        stack = ExitStack()
        stack.enter_context((outages.get(name) or self._model(name).down)())
        self._down[name] = stack

    def _model(self, name: str) -> Service:
        return self.providers.gigachat if name == "gigachat" else self.providers.openrouter
