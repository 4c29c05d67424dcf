"""Numbers with nouns, in both languages.

Russian has three forms: Unicode CLDR, plural rules for ru (one, few, many).
"""

from __future__ import annotations


def en(number: int, one: str, many: str) -> str:
    """Say "1 post", "2 posts"."""
    return f"{number} {one if number == 1 else many}"


def ru(number: int, one: str, few: str, many: str) -> str:
    """Say «1 пост», «2 поста», «5 постов»."""
    tens, ones = number % 100, number % 10
    if ones == 1 and tens != 11:
        return f"{number} {one}"
    if 2 <= ones <= 4 and not 12 <= tens <= 14:
        return f"{number} {few}"
    return f"{number} {many}"
