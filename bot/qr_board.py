"""The place on the screen where a login's QR codes are shown."""

from __future__ import annotations

from datetime import UTC, datetime
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
_CAPTIONS = 2  # lines


class QrBoard:
    """Shows codes in one place, each over the last; one after another where nobody watches."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._live: Live | None = None
        self._size: tuple[int, int] | None = None
        self._shown = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.clear()

    def show(self, code: QrCode) -> None:
        """Show a code in place of the one before, or what has become of the time it is good for."""
        if self._screen.is_live:
            self._redraw(code)
        elif code.generation != self._shown:
            self._print(code)
        self._shown = code.generation

    def clear(self) -> None:
        """Take the code away."""
        live, self._live, self._size = self._live, None, None
        if live is not None:
            live.stop()

    def _redraw(self, code: QrCode) -> None:
        console = self._screen.console
        size = (console.width, console.height)
        if self._live is not None and self._size != size:
            # A terminal breaks lines anew when its width changes: nobody knows where they are.
            self.clear()
            console.clear()
        if self._live is None:
            self._live = Live(console=console, auto_refresh=False, transient=True)
            self._live.start()
        self._size = size
        self._live.update(_fitting(code, *size), refresh=True)

    def _print(self, code: QrCode) -> None:
        until = code.expires_at.astimezone().isoformat(sep=" ", timespec="seconds")
        self._screen.say(drawn(code))
        self._screen.say(_HOW)
        self._screen.say(
            f"Code {code.generation} is good until {until}; the next one follows by itself."
        )
        self._screen.say_whole(f"It is this link: {code.url}")


def drawn(code: QrCode) -> RenderableType:
    """Draw a code."""
    return Group(*(Text(row, style=_STYLE) for row in _rows(code)))


def _fitting(code: QrCode, width: int, height: int) -> RenderableType:
    """Draw a code with its captions, or say how large a window it needs."""
    rows = _rows(code)
    wide, high = max(map(len, rows)), len(rows) + _CAPTIONS + 1  # a line for the cursor
    if width < wide or height < high:
        return Text(
            f"The code needs a window of {wide} columns and {high} rows, and this one has "
            f"{width} and {height}. Widen it, or make its letters smaller, and the code is drawn. "
            "Or have a code sent: tgactors login --phone NUMBER"
        )
    left = max(0, round((code.expires_at - datetime.now(UTC)).total_seconds()))
    good = f"Code {code.generation} is good for {left} s more; the next one follows by itself."
    captions = (Text(each, no_wrap=True, overflow="ellipsis") for each in (_HOW, good))
    return Group(drawn(code), *captions)


def _rows(code: QrCode) -> list[str]:
    return [row for row in code.terminal.splitlines() if row]
