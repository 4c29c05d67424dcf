"""What buttons stand for that does not fit into them."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from typing import Final

MOST: Final = 10_000
"""Texts that are kept; of more the oldest are forgotten."""


class Kept:
    """Texts by short names, each for one person; forgotten with the process."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._texts: OrderedDict[tuple[int, str], str] = OrderedDict()

    def keep(self, person: int, text: str) -> str:
        """Keep a person's text; return its name."""
        name = secrets.token_hex(6)
        self._texts[person, name] = text
        while len(self._texts) > self._most:
            self._texts.popitem(last=False)
        return name

    def of(self, person: int, name: str) -> str | None:
        """Return a person's text; None if it is forgotten, or another's."""
        return self._texts.get((person, name))
