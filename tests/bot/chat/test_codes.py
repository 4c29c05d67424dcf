"""What is taken for a login code."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.codes import looks_like_code


@pytest.mark.parametrize(
    "text",
    [
        "12345",
        " 123456. ",
        "1234567",
        "12 345",
        "1 2 3 4 5",
        "1-2-3-4-5",
        "123–45",
        "１２３４５",
        "1️⃣2️⃣3️⃣4️⃣5️⃣",
        "код 12345",
        "Мой код: 12-345!",
        "вход 12345",
        "my code is 123 456",
        "Login code: 12345. Do not give this code to anyone, even if they say they are from us!",
        "/login 12345",
        "/code 12345",
        "/login@reader_bot 12345",
        "\u200e12345",
        "\u2068123-45\u2069",
        "1\u200b2\u200b3\u200b4\u200b5",
    ],
)
def test_a_login_code_is_seen_however_it_is_written(text: str) -> None:
    """Spaced, dashed, as keycaps, between marks of direction, in a sentence, behind a command."""
    assert looks_like_code(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1234",
        "12345678",
        "+49 151 23456789",
        "89123456789",
        "bitcoin is worth 65000 again",
        "в 2026 году",
        "/search 12345",
        "/ask что было с кодом 12345",
        "tg-12345-ABCD-1234",
        "@channel12345",
        "https://t.me/c/1234567/12345",
        "Europe/Moscow",
    ],
)
def test_what_is_no_login_code_is_left_alone(text: str) -> None:
    """Phone numbers, questions, invites and links have digits, too."""
    assert not looks_like_code(text)


def test_while_a_code_is_awaited_digits_in_any_words_are_one() -> None:
    """Whoever was just sent a code and types five digits types that code."""
    assert looks_like_code("it says 12345 here", awaited=True)
    assert not looks_like_code("where is it?", awaited=True)


@given(
    digits=st.text("0123456789", min_size=5, max_size=7),
    between=st.sampled_from(["", " ", "-", ". ", " – "]),
    around=st.sampled_from(["{}", "«{}»", "({})", "код: {}", "{} – код"]),
)
def test_no_way_of_setting_digits_apart_hides_them(digits: str, between: str, around: str) -> None:
    """Five to seven digits are a code whatever stands between each two."""
    assert looks_like_code(around.format(between.join(digits)))


@given(st.text(), st.booleans())
def test_any_text_is_judged(text: str, awaited: bool) -> None:
    """Nothing that can be typed raises, and without digits there is no code."""
    assert looks_like_code(text, awaited=awaited) <= any(char.isdigit() for char in text)
