"""Phone numbers as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.errors import PhoneRefused
from actors.phone import normalised


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("+49 151 234-56-78", "+491512345678"),
        ("49 (151) 2345678", "+491512345678"),
        ("0049/151/2345678", "+491512345678"),
        ("+7 912 345-67-89", "+79123456789"),
        ("8 (912) 345-67-89", "+79123456789"),
        ("+7\u00a0912\u202f345\u201167\u201189", "+79123456789"),
        ("\u200e+1.202.555.0123", "+12025550123"),
        ("9996621234", "+9996621234"),
        ("+852 9123 4567", "+85291234567"),
        ("89123456", "+89123456"),
    ],
)
def test_a_number_is_read_however_it_is_written(written: str, read: str) -> None:
    """Spaces, dashes, brackets, 00 and the Russian 8 all come to +, country code and digits."""
    assert normalised(written) == read


@pytest.mark.parametrize(
    "written",
    ["", "+", "call me", "+49 151 CALL", "12345", "+1234567890123456", "0151 2345678", "@vera",
     "+49+1512345678", "٤٩١٥١٢٣٤٥٦٧٨"],
)  # fmt: skip
def test_what_is_no_number_is_refused(written: str) -> None:
    """The refusal says what a number looks like, and does not repeat what was written."""
    with pytest.raises(PhoneRefused, match="country code") as caught:
        normalised(written)
    assert not written.strip("+@") or written not in str(caught.value)


@given(st.text(alphabet="0123456789", min_size=7, max_size=15).filter(lambda d: d[0] != "0"))
def test_a_normalised_number_stays_as_it_is(digits: str) -> None:
    """Whatever was normalised once is not changed by doing it again."""
    assert normalised(f"+{digits}") == f"+{digits}"
    assert normalised(normalised(f"+{digits}")) == f"+{digits}"
