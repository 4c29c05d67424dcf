"""What the login page is shown of each step."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

import pytest
import zxingcpp
from PIL import Image

from actors import AccountHeld, CodeNeeded, Flooded, LoginFailed, PasswordNeeded
from actors.reasons import LoginEnd
from bot import texts
from bot.web import login_view
from bot.web.login_view import Newest, View
from storage.bot_rows import Language

PAGES = Path(login_view.__file__).parent / "pages"
UNTIL = datetime(2030, 1, 2, 3, 4, tzinfo=UTC)


def shown(newest: Newest, language: Language = "en") -> View:
    """Return the view of a step."""
    return login_view.view(newest, number=3, account=7, texts=texts.of(language))


def test_a_code_is_drawn_row_by_row() -> None:
    """With the margin of a page around it, it is read as the link it holds."""
    url = "tg://login?token=AQIDBAUGBwgJCgsMDQ4PEA"
    rows = login_view.rows(url)
    assert len({len(row) for row in rows} | {len(rows)}) == 1
    scale, margin = 4, 16
    picture = Image.new("L", ((len(rows) + 8) * scale,) * 2, 255)
    for y, row in enumerate(rows):
        for run in re.finditer("1+", row):
            x, right = (margin + each * scale for each in run.span())
            picture.paste(0, (x, margin + y * scale, right, margin + (y + 1) * scale))
    (found,) = zxingcpp.read_barcodes(picture)
    assert found.text == url


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("code", get_args(LoginEnd))
def test_every_end_has_words(code: LoginEnd, language: Language) -> None:
    """In both languages, without markup; of a time the page itself says when."""
    view = shown(LoginFailed(reason="why", code=code, until=UNTIL, by=77), language)
    assert view.state == "failed"
    assert view.text
    assert not re.search(r"<\w|why", view.text)
    assert ("{until}" in view.text) == (code == "flooded")
    assert view.until == UNTIL


def test_a_code_that_is_asked_for() -> None:
    """How it came, how long it is, and in how many seconds another may be asked for."""
    soon = datetime.now(UTC) + timedelta(minutes=1)
    needed = CodeNeeded(kind="sms", length=5, next_kind=None, resend_at=soon, generation=1)
    view = shown(needed)
    assert (view.state, view.length) == ("code", 5)
    assert "SMS" in view.text
    assert 0 < view.resend_in <= 60
    assert shown(PasswordNeeded(hint="<cat>")).text == "<cat>"


def test_what_is_refused_has_words() -> None:
    """A refusal is said as the bot says it, with its time for the page to say."""
    view = shown(Flooded(UNTIL), "ru")
    assert (view.state, view.until) == ("failed", UNTIL)
    assert "{until}" in view.text
    assert "elsewhere" in shown(AccountHeld(7, "another process")).text


def test_both_languages_have_the_same_words() -> None:
    """Each word that the page uses is there in both."""
    keys = [
        set(re.findall(r"^  (\w+):", (PAGES / f"login_{each}.js").read_text(), re.MULTILINE))
        for each in ("en", "ru")
    ]
    assert keys[0] == keys[1]
    used = set(re.findall(r"\bT\.(\w+)", (PAGES / "login.js").read_text()))
    assert used | {"phoneLabel", "codeLabel", "passwordLabel"} == keys[0]
