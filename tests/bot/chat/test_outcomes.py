"""How the end of a login is told."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import get_args

import pytest

import actors
from actors.logins import FAILURES
from actors.question import Question
from actors.reasons import LoginEnd
from actors.signing_in import _unproved
from bot.chat.outcomes import failed
from bot.texts import EN, RU, Texts

UNTIL = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize("said", [EN, RU], ids=["en", "ru"])
def test_each_end_has_a_sentence_of_its_own(said: Texts) -> None:
    """Every code of the domain's is worded in both languages, none like another's."""
    codes: tuple[LoginEnd, ...] = get_args(LoginEnd)
    assert said.login.failed.keys() == set(codes)
    ends = [actors.LoginFailed(reason="English", code=code, until=UNTIL, by=5) for code in codes]
    sentences = {failed(end, said.login, "UTC") for end in ends}
    assert len(sentences) == len(codes)
    assert not any("English" in sentence or "{" in sentence for sentence in sentences)


def test_a_wait_is_told_in_the_persons_time() -> None:
    """Half past twelve in Greenwich is half past three in Moscow."""
    end = actors.LoginFailed(reason="", code="flooded", until=UNTIL)
    told = failed(end, EN.login, "Europe/Moscow")
    assert told == "Telegram lets you wait until 01.03.2026 15:30 before it sends another code."


def test_a_stranger_is_named() -> None:
    """Whose account it was that scanned the code is in the words."""
    end = actors.LoginFailed(reason="", code="stranger", by=4711)
    assert "аккаунт 4711, не ваш" in failed(end, RU.login, "UTC")


@pytest.mark.parametrize(("left", "code"), [(0, "codes"), (3, "no_code")])
def test_what_was_not_proved_is_told_by_its_tries(left: int, code: LoginEnd) -> None:
    """Without a try left there were too many wrong ones; with one, none came in time."""

    class Asked(Question):
        def __init__(self) -> None:
            self.left = left

    assert _unproved(Asked(), "code", ("codes", "no_code")).code == code


def test_no_two_refusals_end_a_login_alike() -> None:
    """Each refusal that ends a login is told apart."""
    assert len(set(FAILURES.values())) == len(FAILURES)


def test_both_languages_know_the_same_ways_of_a_code() -> None:
    """Whatever is told in English is told in Russian."""
    assert set(EN.codes.sent) == set(RU.codes.sent)
