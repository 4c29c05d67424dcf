"""Buttons that nobody has made: Telegram lets a program press whatever it likes."""

from __future__ import annotations

import pytest
from aiogram.filters.callback_data import CallbackData

from bot.chat import channel_pages, digesting, exporting, finding, login_buttons, plan_words

FORGED: list[tuple[type[CallbackData], str]] = [
    (channel_pages.Page, "cp|-1|"),
    (channel_pages.Wish, f"cw|{2**63}|1|1|0|"),
    (channel_pages.One, "co|-5|0|"),
    (finding.Turn, "sp:abc:-1"),
    (digesting.Period, "dn:0"),
    (digesting.Period, "dn:100000"),
    (plan_words.At, "dt:24:0"),
    (plan_words.Day, "dd:8:1"),
    (plan_words.Lines, "dl:1000"),
    (exporting.Scope, "xs:-1:0"),
    (exporting.Scope, "xs:0:100000000000"),
    (exporting.Channels, "xc:-1"),
    (exporting.Wanted, "xf:exe:0:0"),
    (login_buttons.Way, f"in/qr/{'A' * 58}"),
]


@pytest.mark.parametrize(("button", "data"), FORGED)
def test_a_forged_button_is_none_of_ours(button: type[CallbackData], data: str) -> None:
    """What no button of the bot carries makes it a stale one, and nothing is asked."""
    with pytest.raises(ValueError, match="validation error"):
        button.unpack(data)


@pytest.mark.parametrize(
    ("button", "data"),
    [
        (channel_pages.Wish, f"cw|{2**63 - 1}|1|1|0|"),
        (finding.Turn, "sp:abc:0"),
        (digesting.Period, "dn:7"),
        (plan_words.Day, "dd:7:1"),
        (exporting.Wanted, "xf:csv:0:30"),
        (login_buttons.Way, f"in/phone/{login_buttons.kept('A' * 58)}"),
    ],
)
def test_what_the_bot_sends_is_understood(button: type[CallbackData], data: str) -> None:
    """The largest numbers and the longest words that buttons carry are read back."""
    assert button.unpack(data).pack() == data
