"""Which texts a provider has refused, so that it is not paid for refusing them again."""

from __future__ import annotations

from collections import OrderedDict
from hashlib import sha256

MOST = 10_000
"""How many refusals are remembered; the oldest are forgotten."""


class Declined:
    """Refusals by provider and text, in memory, without the texts."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._why: OrderedDict[tuple[str, bytes], str] = OrderedDict()

    def why(self, provider: str, text: str) -> str | None:
        """Return why a provider has refused a text; None if it has not."""
        return self._why.get(_key(provider, text))

    def note(self, provider: str, text: str, why: str) -> None:
        """Remember a refusal."""
        self._why[_key(provider, text)] = why
        while len(self._why) > self._most:
            self._why.popitem(last=False)


def _key(provider: str, text: str) -> tuple[str, bytes]:
    return provider, sha256(text.encode("utf-8", "replace")).digest()
