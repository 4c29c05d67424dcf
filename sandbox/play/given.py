"""What a page sends with an action, checked field by field."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sandbox.play.errors import GivenInvalid

_LONGEST: Final = 4096
"""Of a text, in characters."""
_LARGEST: Final = 2**53
"""The largest number that JavaScript counts to."""


@dataclass(frozen=True, slots=True)
class Given:
    """The fields of one action; each accessor raises GivenInvalid, naming the field."""

    fields: Mapping[str, Any]

    def number(self, name: str, *, least: int = 1, most: int = _LARGEST) -> int:
        """A whole number."""
        value = self.fields.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise GivenInvalid(name, f"it must be a whole number from {least} to {most}")
        return value

    def text(self, name: str, *, may_be_empty: bool = False) -> str:
        """A text; white space alone is none."""
        value = self.fields.get(name, "" if may_be_empty else None)
        if not isinstance(value, str) or len(value) > _LONGEST:
            raise GivenInvalid(name, f"it must be a text of at most {_LONGEST} characters")
        if not value.strip() and not may_be_empty:
            raise GivenInvalid(name, "it is empty: write something")
        return value

    def one_of(self, name: str, *choices: str) -> str:
        """One of some words."""
        value = self.fields.get(name)
        if not isinstance(value, str) or value not in choices:
            raise GivenInvalid(name, f"it must be one of {', '.join(choices)}")
        return value
