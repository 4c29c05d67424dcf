"""Keyboards that Telegram takes, and those it refuses."""

from typing import Any

import pytest
from aiogram.types import ForceReply, ReplyKeyboardMarkup, ReplyKeyboardRemove

from sandbox.botapi.keyboards import keyboard
from sandbox.botapi.refusals import Refused

WEB_APP = (
    "inline keyboard button Web App URL 'http://t.me' is invalid: Only HTTPS links are allowed"
)


def _inline(**button: Any) -> dict[str, Any]:
    return {"inline_keyboard": [[button]]}


def _several(rows: int, columns: int) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": "x", "callback_data": "x"}] * columns] * rows}


@pytest.mark.parametrize(
    ("raw", "refusal"),
    [
        ("{", "can't parse reply keyboard markup JSON object"),
        ("[]", "object expected as reply markup"),
        (5, "object expected as reply markup"),
        ({"inline_keyboard": 5}, 'field "inline_keyboard" must be of type Array'),
        ({"inline_keyboard": [5]}, 'field "inline_keyboard" must be an Array of Arrays'),
        ({"keyboard": {}}, 'field "keyboard" must be of type Array'),
        ({"keyboard": [[{"txt": 1}]]}, "can't parse reply keyboard markup JSON object"),
        (
            {"inline_keyboard": [[5]]},
            "can't parse inline keyboard button: KeyboardButton must be an Object",
        ),
        (
            _inline(callback_data="x"),
            "can't parse inline keyboard button: Can't find field \"text\"",
        ),
        (
            _inline(text="x"),
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        (_inline(text=" ", callback_data="x"), "inline keyboard button text must be non-empty"),
        (
            _inline(text="x", callback_data=""),
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        (
            _inline(text="x", web_app={"url": "http://t.me"}),
            WEB_APP,
        ),
        (
            {"inline_keyboard": [[{"text": "x" * 200, "callback_data": "x"}]] * 50},
            "reply markup is too long",
        ),
        (_inline(text="x", callback_data="x" * 65), "BUTTON_DATA_INVALID"),
        (_inline(text="x", callback_data="я" * 33), "BUTTON_DATA_INVALID"),
        (_inline(text="x", url="tg://login?token=AQ"), "BUTTON_URL_INVALID"),
        (
            _inline(text="x", url="http://localhost:80"),
            "inline keyboard button URL 'http://localhost:80' is invalid: Wrong HTTP URL",
        ),
        (
            _inline(text="x", url="javascript://a.b"),
            "inline keyboard button URL 'javascript://a.b' is invalid: Unsupported URL protocol",
        ),
        (_several(101, 1), "reply markup is too long"),
        (_several(1, 9), "reply markup is too long"),
    ],
)
def test_what_is_refused(raw: object, refusal: str) -> None:
    """In the Bot API's words."""
    with pytest.raises(Refused) as caught:
        keyboard(raw)
    assert caught.value.description == f"Bad Request: {refusal}"


@pytest.mark.parametrize(
    "raw",
    [
        _inline(text="x", callback_data="я" * 32),
        _inline(text="x", url="http://127.0.0.1:8080/login"),
        _inline(text="x", url="t.me/x"),
        _inline(text="x", copy_text={"text": "y"}),
        _several(100, 1),
        _several(12, 8),
    ],
)
def test_what_is_taken(raw: object) -> None:
    """Sixty-four bytes of data, a hundred buttons, eight in a row, addresses with dots."""
    assert keyboard(raw) is not None


@pytest.mark.parametrize(
    "raw", [None, "", {}, {"inline_keyboard": []}, '{"inline_keyboard": [[]]}']
)
def test_what_is_no_keyboard(raw: object) -> None:
    """Nothing, and a keyboard without buttons."""
    assert keyboard(raw) is None


def test_the_other_kinds() -> None:
    """Buttons of a reply keyboard may be plain texts."""
    made = keyboard({"keyboard": [["yes", {"text": "no"}]]})
    assert isinstance(made, ReplyKeyboardMarkup)
    assert [button.text for button in made.keyboard[0]] == ["yes", "no"]
    assert isinstance(keyboard({"remove_keyboard": True}), ReplyKeyboardRemove)
    assert isinstance(keyboard('{"force_reply": true}'), ForceReply)
