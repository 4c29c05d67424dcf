"""How much properties are tried: in `make soak` as much as they say, in the gate less."""

from __future__ import annotations

import os
from typing import Final

WHOLE: Final = os.environ.get("HYPOTHESIS_PROFILE", "gate") != "gate"
_PART: Final = 3


def examples(whole: int) -> int:
    """Return how many examples to try now, of so many."""
    return whole if WHOLE else max(1, whole // _PART)
