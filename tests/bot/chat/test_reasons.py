"""Whatever the domain gives a reason for is told in the language of the person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, get_args

import pytest

import actors
import storage.vectors.errors
from actors.reasons import TOKENS_SPENT, TroubleKind, UnreadWhy, WorkWhy, work_why
from actors.search_values import Trouble
from actors.work_delays import poor
from bot.chat.faults import REFUSALS, in_words
from bot.chat.reasons import troubled, unread
from bot.texts import EN, RU, Texts
from storage.meaning_rows import Waiting

UNTIL = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
LANGUAGES = pytest.mark.parametrize("said", [EN, RU], ids=["en", "ru"])


def kinds(of: type[Exception]) -> Iterator[type[Exception]]:
    """Return the kinds of a refusal that there are, but those of tests."""
    for kind in of.__subclasses__():
        if not kind.__module__.startswith("tests."):
            yield kind
            yield from kinds(kind)


def _nothing(_: object) -> None:
    """Make a refusal that knows nothing."""


@LANGUAGES
def test_every_code_has_a_sentence_of_its_own(said: Texts) -> None:
    """Of troubles, of unread channels and of waiting work: none is missing, none like another."""
    codes: Mapping[Any, Mapping[Any, str]] = {
        TroubleKind: said.reasons.troubles,
        UnreadWhy: said.reasons.unread,
        WorkWhy: said.reasons.work,
    }
    for kind, sentences in codes.items():
        assert set(get_args(kind)) == sentences.keys()
        assert len(set(sentences.values())) == len(sentences)


@LANGUAGES
def test_every_refusal_is_told_in_the_persons_language(said: Texts) -> None:
    """Of the domain, of the actors and of the stores: with a sentence, never by its English."""
    assert storage.vectors.errors.VectorsError in set(kinds(actors.StorageError))
    for kind in (each for root in REFUSALS[:3] for each in (root, *kinds(root))):
        plain = type("Plain", (kind,), {"__init__": _nothing, "__str__": lambda _: "English"})
        sentence = in_words(plain(), said, "UTC")
        assert sentence in {
            each.format(until="…", folders="–") for each in said.general.refusals.values()
        }


def test_what_a_refusal_knows_is_told() -> None:
    """The folders that there are, escaped, and when it is over."""
    error = actors.NoSuchFolder("Новости", ("<b>", "Работа"))
    assert in_words(error, RU, "UTC").endswith("Есть: &lt;b&gt;, Работа")
    assert "01.03 15:30" in in_words(actors.Flooded(UNTIL), RU, "Europe/Moscow")


def test_troubles_are_told_once_each() -> None:
    """The same is not said twice, though its English differs; a time is the person's."""
    spent = Trouble(code="tokens_spent", text="spent", until=UNTIL)
    lost = [Trouble(code="no_vectors", text=text) for text in ("gigachat is down.", "crashed")]
    first, second = troubled([*lost, spent], RU, "Europe/Moscow")
    assert first == f"⚠️ {RU.reasons.troubles['no_vectors']}"
    assert "01.03.2026 15:30" in second


def test_an_unread_channel_is_told_by_its_code() -> None:
    """Its title is no markup; the English beside the code is not shown."""
    each = actors.Unread(channel=1, title="<News>", reason="English", code="left")
    assert unread(each, RU) == "• &lt;News&gt;: ваш аккаунт из него вышел"


def test_work_is_told_apart_by_what_it_waits_for() -> None:
    """Work without another try has failed; what nobody pays for waits for tokens."""
    assert poor(UNTIL, UNTIL, 0.0).reason == TOKENS_SPENT

    def why(reason: str, at: datetime | None) -> WorkWhy:
        return work_why(Waiting(kind="tag", reason=reason, posts=1, next_at=at))

    assert why("openrouter asks to wait (429)", UNTIL) == "unanswered"
    assert why(TOKENS_SPENT, UNTIL) == "tokens_spent"
    assert why(TOKENS_SPENT, None) == "failed"
