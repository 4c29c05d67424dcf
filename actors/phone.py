"""Phone numbers, as people write them and as Telegram reads them."""

from __future__ import annotations

import re

from actors.errors import PhoneRefused

_SHORTEST, _LONGEST = 7, 15  # digits, by ITU-T E.164
_TRUNK_AND_NUMBER = 11  # 8 (912) 345-67-89, a Russian number as Russians write it
_LOOKS = re.compile(r"\+?[\d\s().\u2010-\u2015/-]+", re.ASCII | re.IGNORECASE)
_PADDING = str.maketrans("", "", "\u00a0\u202f\u2009\u200e\u200f\u2060\ufeff")


def normalised(phone: str) -> str:
    """Return a number as +, country code and digits; raise `PhoneRefused` for what is none.

    Telegram knows numbers with their country code only; the one national form taken is the Russian
    8, for no country code begins with it that a trunk prefix could be mistaken for.
    """
    written = phone.translate(_PADDING).strip()
    digits = "".join(char for char in written if char in "0123456789")
    if not _LOOKS.fullmatch(written) or not digits:
        raise PhoneRefused("it is not a phone number")
    if not written.startswith("+"):
        if digits.startswith("00"):
            digits = digits[2:]
        elif digits.startswith("89") and len(digits) == _TRUNK_AND_NUMBER:
            digits = "7" + digits[1:]
    if not _SHORTEST <= len(digits) <= _LONGEST or digits.startswith("0"):
        raise PhoneRefused("it has no country code, or digits are missing or too many")
    return f"+{digits}"
