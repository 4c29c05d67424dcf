"""Values in words, fit for a terminal."""

from __future__ import annotations

import unicodedata
from datetime import datetime

_UNPRINTABLE = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}
_UNITS = ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s"))
_JOINERS = {"\u200c", "\u200d"}  # they shape words and emoji, and move nothing


def counted(number: int, noun: str) -> str:
    """Say how many: "1 post", "36 posts"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def moment(time: datetime | None) -> str:
    """Say when, in local time with its offset; a dash for never."""
    return "-" if time is None else time.astimezone().isoformat(sep=" ", timespec="minutes")


def exactly(time: datetime) -> str:
    """Say when, to the second."""
    return time.astimezone().isoformat(sep=" ", timespec="seconds")


def distance(time: datetime | None, now: datetime) -> str:
    """Say how far off a time is: "in 12 min", "3 h ago", "now"; a dash for never."""
    if time is None:
        return "-"
    seconds = (time - now).total_seconds()
    for size, unit in _UNITS:
        if abs(seconds) >= size:
            amount = f"{int(abs(seconds) / size)} {unit}"
            return f"in {amount}" if seconds > 0 else f"{amount} ago"
    return "now"


def printable(text: str) -> str:
    """Take out what moves a cursor, hides or reorders text; lines stay lines."""
    return "".join(
        mark
        for mark in text.replace("\t", " ")
        if mark in _JOINERS or mark == "\n" or unicodedata.category(mark) not in _UNPRINTABLE
    )


def line(text: str) -> str:
    """Put a text on one line."""
    return " ".join(printable(text).split())


def excerpt(text: str, lines: int, most: int) -> str:
    """Return the first lines that are not empty, `most` characters of them, cut between words.

    Three dots stand for what follows.
    """
    found = [one.strip() for one in printable(text).splitlines() if one.strip()]
    shown = "\n".join(found[:lines])
    if len(shown) > most:
        words = shown[: most + 1].rpartition(" ")[0] or shown[:most]
        return f"{words.rstrip()} ..."
    return shown + (" ..." if len(found) > lines else "")
