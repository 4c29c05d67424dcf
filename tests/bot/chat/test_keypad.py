"""The keypad of a login code."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors import CodeNeeded
from bot.chat.keypad import ENTER, ERASE, KEYS, RESEND, Key, Keypad, buttons
from bot.texts import EN

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def needed(length: int | None = 5, next_kind: str | None = "call") -> CodeNeeded:
    return CodeNeeded(
        kind="sms",
        length=length,
        next_kind=next_kind,
        resend_at=NOW + timedelta(seconds=60),
        generation=7,
    )


def test_a_code_is_whole_at_the_length_telegram_names() -> None:
    """The last digit sends it off, and nothing of it stays behind."""
    pad = Keypad(needed())
    assert [pad.press(digit) for digit in "12345"] == [None, None, None, None, "12345"]
    assert pad.masked == "○ ○ ○ ○ ○"


def test_a_code_of_unknown_length_is_sent_off_by_a_key() -> None:
    """Of nothing entered there is nothing to send."""
    pad = Keypad(needed(None))
    assert pad.press(ENTER) is None
    assert [pad.press(digit) for digit in "123"] == [None, None, None]
    assert pad.press(ENTER) == "123"


def test_what_is_entered_shows_as_dots_only() -> None:
    """How many digits are there is seen, and how many are to come."""
    pad = Keypad(needed())
    for key in ("9", "8", ERASE, "7"):
        pad.press(key)
    assert pad.masked == "● ● ○ ○ ○"


@given(st.lists(st.sampled_from(sorted(KEYS))), st.sampled_from([None, 5, 6]))
def test_any_keys_enter_what_a_person_would_expect(keys: list[str], length: int | None) -> None:
    """Compared with a line that is typed and erased; dots never tell a digit."""
    pad, line = Keypad(needed(length)), ""
    for key in keys:
        if key == ERASE:
            line = line[:-1]
        elif key.isdigit() and len(line) < (length or 8):
            line += key
        whole = line if line and (len(line) == length or key == ENTER) else None
        assert pad.press(key) == whole
        line = "" if whole else line
        assert pad.masked.count("●") == len(line)
        assert set(pad.masked) <= set("●○ ")


@pytest.mark.parametrize(("wait", "label"), [(61, EN.codes.resend), (59, EN.codes.resend_later)])
def test_another_code_is_offered_where_there_is_one(wait: int, label: str) -> None:
    """The button says whether it may be asked for yet; where there is no other way it is absent."""
    shown = buttons(needed(), EN.codes, NOW + timedelta(seconds=wait))
    assert shown.inline_keyboard[-1][0].text == label
    without = buttons(needed(next_kind=None), EN.codes, NOW)
    assert RESEND not in {
        Key.unpack(key.callback_data or "").key for row in without.inline_keyboard for key in row
    }


def test_no_button_holds_what_was_entered_before() -> None:
    """Each says its own key and the code it belongs to."""
    shown = buttons(needed(None), EN.codes, NOW)
    keys = [Key.unpack(key.callback_data or "") for row in shown.inline_keyboard for key in row]
    assert {key.key for key in keys} == KEYS
    assert {key.generation for key in keys} == {7}
