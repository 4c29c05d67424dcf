"""What a person sees, and what a program reads."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Mapping
from datetime import datetime
from textwrap import indent
from typing import Any

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.text import Text

_PLAIN_WIDTH = 160  # of a file or a pipe, which has none


class Screen:
    """One command's two outputs.

    For people everything goes to standard output. With `as_json` that carries one line of JSON,
    and what people would like to see goes to standard error.
    """

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                # Blocks and Cyrillic must come out under any locale, and never raise.
                stream.reconfigure(encoding="utf-8", errors="replace")
        self.console = _console(stderr=as_json)
        self._errors = _console(stderr=True)

    @property
    def is_live(self) -> bool:
        """Whether somebody watches, so that lines may be redrawn."""
        return self.console.is_terminal and not self.console.is_dumb_terminal

    def say(self, thing: RenderableType = "", style: str | None = None) -> None:
        """Show people something."""
        self.console.print(thing, style=style)

    def say_whole(self, line: str) -> None:
        """Show people a line that must not be broken: a command, an address."""
        self.console.print(Text(line), soft_wrap=True)

    def say_indented(self, text: str, by: int, style: str = "") -> None:
        """Show people a text, set in; where nobody watches, its lines are left whole."""
        if self.console.is_terminal:
            self.say(Padding.indent(Text(text, style), by))
        else:
            self.say_whole(indent(text, " " * by))

    def note(self, text: str) -> None:
        """Tell people something beside a command's output, on standard error."""
        self._errors.print(Text(text), soft_wrap=not self._errors.is_terminal)

    def complain(self, text: str) -> None:
        """Tell people on standard error what is wrong."""
        self.note(text)

    def answer(self, facts: Mapping[str, Any]) -> None:
        """Give a program its answer, if it is a program that asks."""
        if self.as_json:
            sys.stdout.write(json.dumps(facts, default=_plain) + "\n")
            sys.stdout.flush()


def _console(*, stderr: bool) -> Console:
    console = Console(stderr=stderr, highlight=False, markup=False, emoji=False)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = _PLAIN_WIDTH
    return console


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in JSON")
