"""Vectors of texts by their hashed words: deterministic, and near for texts that share words."""

import math
from hashlib import blake2b
from itertools import chain
from typing import Final

from sandbox.providers.inventing import words

_STEM: Final = 5  # letters; inflected words have these in common


def vector(text: str, dimension: int) -> list[float]:
    """A vector of length 1; a text without words has its own."""
    found = words(text)
    numbers = [0.0] * dimension
    for feature in chain(found, (f"{word[:_STEM]}*" for word in found)) if found else ("",):
        hashed = int.from_bytes(blake2b(feature.encode(), digest_size=8).digest(), "big")
        numbers[(hashed >> 1) % dimension] += 1.0 if hashed & 1 else -1.0
    length = math.hypot(*numbers)
    if not length:  # every word has met its opposite
        return [1.0, *numbers[1:]]
    return [number / length for number in numbers]
