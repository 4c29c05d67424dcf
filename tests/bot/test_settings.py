"""What can be set for the front doors."""

from __future__ import annotations

import re
from pathlib import Path

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
        (
            "TIMEZONE",
            "Mars/Phobos",
            "no time zone: take a name like Europe/Moscow",
        ),
        ("TIMEZONE", "../etc/passwd", "no time zone"),
        ("BOT_API", "localhost:8081", "match pattern"),
        ("HTTP_PORT", "65536", "less than or equal to 65535"),
        ("HTTP_TOKEN", "fifteen letters", "15 characters, and 16 .* `openssl rand -hex 32`"),
    ],
)
def test_what_is_wrong_is_named(
    name: str, value: str, complaint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each problem names its setting and what is wrong, and never says a token."""
    monkeypatch.setenv(f"TGACTORS_{name}", value)
    with pytest.raises(BadSettings, match=f"TGACTORS_{name}: .*{complaint}") as refused:
        settings.load()
    assert not re.search("110201543|fifteen letters|Value error", str(refused.value))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "reader.example"])  # noqa: S104
def test_http_that_others_get_at_needs_a_token(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is refused, with what else is wrong, and saying how a token is made."""
    monkeypatch.setenv("TGACTORS_HTTP_HOST", host)
    monkeypatch.setenv("TGACTORS_ADMINS", "anna")
    with pytest.raises(BadSettings, match=r"ADMINS.*TGACTORS_HTTP_TOKEN.*openssl rand"):
        settings.load()
    monkeypatch.setenv("TGACTORS_ADMINS", "7")
    monkeypatch.setenv("TGACTORS_HTTP_TOKEN", "0123456789abcdef")
    assert settings.load().http_host == host


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost"])
def test_http_of_this_machine_alone_needs_none(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """That is the default: nobody else gets at it."""
    monkeypatch.setenv("TGACTORS_HTTP_HOST", host)
    assert settings.load().http_host == host
    monkeypatch.delenv("TGACTORS_HTTP_HOST")
    assert (settings.load().http_host, settings.load().http_port) == ("127.0.0.1", 8010)


def test_secrets_are_files_of_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each has a setting's name; the environment goes before; without the folder there is none."""
    (tmp_path / "TGACTORS_BOT_TOKEN").write_text(f"{TOKEN}\n")
    (tmp_path / "tgactors_http_token").write_text("of the folder, long\n")
    monkeypatch.setenv("TGACTORS_SECRETS", str(tmp_path))
    found = settings.load()
    assert found.bot_token is not None
    assert found.http_token is not None
    assert found.bot_token.get_secret_value() == TOKEN
    assert found.http_token.get_secret_value() == "of the folder, long"
    monkeypatch.setenv("TGACTORS_HTTP_TOKEN", "of the environment")
    changed = settings.load().http_token
    assert changed is not None
    assert changed.get_secret_value() == "of the environment"
    monkeypatch.setenv("TGACTORS_SECRETS", str(tmp_path / "nowhere"))
    assert settings.load().bot_token is None


def test_what_is_wrong_in_a_secret_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the setting's name, together with all the rest, and without the secret."""
    (tmp_path / "TGACTORS_BOT_TOKEN").write_text("110201543")
    (tmp_path / "TGACTORS_DATABASE_URL").write_text("postgresql://app:open-sesame@db/app")
    monkeypatch.setenv("TGACTORS_SECRETS", str(tmp_path))
    with pytest.raises(BadSettings, match=r"TGACTORS_BOT_TOKEN.*TGACTORS_SESSION_KEYS") as refused:
        settings.load()
    assert "110201543" not in str(refused.value)
    assert "sesame" not in str(refused.value)
