"""How the end of a login is told."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

import actors
from actors.errors import ApiKeysRefused
from actors.question import Question
from actors.signing_in import LoginEnded, _unproved
from bot.chat.outcomes import failed
from bot.texts import EN, RU, Texts

UNTIL = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)


def ended(what: str, left: int) -> LoginEnded:
    """What ends a login whose code or password nobody has proved."""

    class Asked(Question):
        def __init__(self) -> None:
            self.left = left

    return _unproved(Asked(), what)


@pytest.mark.parametrize("said", [EN, RU], ids=["en", "ru"])
@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        (actors.PhoneRefused("PHONE_NUMBER_INVALID"), "phone"),
        (actors.NoOtherCode("SEND_CODE_UNAVAILABLE"), "no_other_code"),
        (actors.TelegramUnreachable("timed out"), "unreachable"),
        (actors.SessionRevoked("AUTH_KEY_UNREGISTERED"), "revoked"),
        (actors.Interrupted(5), "logged_out"),
        (ended("code", 0), "codes"),
        (ended("code", 3), "no_code"),
        (ended("password", 0), "passwords"),
        (ended("password", 3), "no_password"),
    ],
)
def test_each_end_has_a_sentence_of_its_own(reason: Exception, kind: str, said: Texts) -> None:
    """What the domain says in English is recognised, and said in the person's language."""
    assert failed(str(reason), said.login, "UTC") == said.login.failed[kind]


def test_a_wait_is_told_in_the_persons_time() -> None:
    """Half past twelve in Greenwich is half past three in Moscow."""
    told = failed(str(actors.Flooded(UNTIL)), EN.login, "Europe/Moscow")
    assert told == "Telegram lets you wait until 01.03 15:30 before it sends another code."


def test_an_end_that_is_not_known_is_told_as_it_is() -> None:
    """Nothing is swallowed, and markup in it stays text."""
    assert failed(str(ApiKeysRefused("<b>")), RU.login, "UTC").startswith(
        "Войти не получилось: Telegram does not accept the API id and hash (&lt;b&gt;)."
    )


def test_both_languages_know_the_same_ends() -> None:
    """Whatever is told in English is told in Russian."""
    assert set(EN.login.failed) == set(RU.login.failed)
    assert set(EN.codes.sent) == set(RU.codes.sent)
