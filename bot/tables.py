"""Tables that read well in any terminal, and as plain text."""

from __future__ import annotations

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from bot.wording import line

_ELASTIC = {"Channel", "Username or id", "It begins", "Reason"}
_NUMBERS = {"Posts", "Held", "Holes"}


def ruled(*columns: str) -> Table:
    """Return an empty table with these columns; where there is no room, texts are cut."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for name in columns:
        table.add_column(
            name, justify="right" if name in _NUMBERS else "left", no_wrap=name not in _ELASTIC
        )
    return table


def cell(text: str) -> Text:
    """Put anybody's text into a table: on one line, cut where it does not fit."""
    return Text(line(text), no_wrap=True, overflow="ellipsis")
