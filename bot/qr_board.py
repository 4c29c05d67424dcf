"""The place on the screen where a login's QR codes are shown."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.console import Group, RenderableType
from rich.live import Live
from rich.text import Text

if TYPE_CHECKING:
    from actors import QrCode
    from bot.screen import Screen

_HOW = "Scan it in Telegram on the phone: Settings > Devices > Link Desktop Device."
# Light on dark whatever the terminal's colours are: some apps read no inverted codes.
_STYLE = "#ffffff on #000000"


class QrBoard:
    """Shows codes in one place, each over the last; one after another where that cannot be."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._live: Live | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def show(self, code: QrCode) -> None:
        """Show a code in place of the one before."""
        captions = _captions(code)
        board = Group(drawn(code), *map(Text, captions))
        height = code.terminal.count("\n") + len(captions) + 1
        if not self._screen.is_live or height >= self._screen.console.height:
            self._screen.say(board)
            return
        if self._live is None:
            self._live = Live(console=self._screen.console, auto_refresh=False, transient=True)
            self._live.start()
        self._live.update(board, refresh=True)


def drawn(code: QrCode) -> RenderableType:
    """Draw a code."""
    return Group(*(Text(row, style=_STYLE) for row in code.terminal.splitlines() if row))


def _captions(code: QrCode) -> tuple[str, ...]:
    until = code.expires_at.astimezone().isoformat(sep=" ", timespec="seconds")
    return (_HOW, f"Code {code.generation} is good until {until}; the next one follows by itself.")
