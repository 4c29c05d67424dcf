"""What can be set for the front doors."""

from __future__ import annotations

import pytest

from actors import BadSettings
from bot import settings

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"


def test_the_bot_is_set_by_its_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Token, address and operators come from TGACTORS_*; the token is not shown."""
    monkeypatch.setenv("TGACTORS_BOT_TOKEN", TOKEN)
    monkeypatch.setenv("TGACTORS_BOT_API", "http://127.0.0.1:8081")
    monkeypatch.setenv("TGACTORS_ADMINS", "7, 700 7")
    found = settings.load()
    assert found.bot_token is not None
    assert found.bot_token.get_secret_value() == TOKEN
    assert found.bot_api == "http://127.0.0.1:8081"
    assert found.admins == {7, 700}
    assert TOKEN not in repr(found)


def test_nothing_set_is_no_bot(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without them, or with empty ones, there is neither a bot nor an operator."""
    monkeypatch.setenv("TGACTORS_BOT_TOKEN", "")
    monkeypatch.setenv("TGACTORS_ADMINS", "")
    found = settings.load()
    assert (found.bot_token, found.bot_api, found.admins) == (None, None, frozenset())


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("ADMINS", "7, anna", "'anna' is no Telegram user id"),
        ("ADMINS", "0", "'0' is no Telegram user id"),
        ("BOT_TOKEN", "110201543", "copy it from @BotFather"),
        ("BOT_TOKEN", f"{TOKEN} ", "copy it from @BotFather"),
        ("TIMEZONE", "Mars/Phobos", "no time zone: take a name like Europe/Moscow"),
        ("TIMEZONE", "../etc/passwd", "no time zone"),
        ("BOT_API", "localhost:8081", "match pattern"),
    ],
)
def test_what_is_wrong_is_named(
    name: str, value: str, complaint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each problem names its setting and what is wrong, and never says a token."""
    monkeypatch.setenv(f"TGACTORS_{name}", value)
    with pytest.raises(BadSettings, match=f"TGACTORS_{name}: .*{complaint}") as refused:
        settings.load()
    assert "110201543" not in str(refused.value)
