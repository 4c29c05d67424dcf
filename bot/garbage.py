"""When Python looks for garbage that refers to itself.

It does whenever so many objects more were made than went away. Posts that wait to be stored are
thousands of objects, none of them garbage, and are looked at in vain again and again: a tenth of
what a reading costs. A program that has its process to itself is better off looking less often; a
library leaves that to its program.
"""

from __future__ import annotations

import gc
from typing import Final

OBJECTS: Final = 20_000
"""That many may be garbage at a time, some megabytes; Python's own figure is 700 or 2,000."""


def collect_rarely() -> None:
    """Have this process look for garbage after more objects than usual."""
    _, *rest = gc.get_threshold()
    gc.set_threshold(OBJECTS, *rest)
