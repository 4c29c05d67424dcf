"""What the operator is told of the workers is in the operator's language."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import get_args

import pytest

from actors.markup import parse
from actors.reasons import WorkerWhy
from actors.worker_messages import WorkerStatus
from bot import texts
from bot.chat import admin_words
from storage.bot_rows import Overview, WorkOverview
from storage.rows import Freshness
from tests.bot.chat.test_account_words import NOON, visit
from tests.bot.web.watched import provider, worker

NOTHING = Overview(
    states={},
    visitors=0,
    blocked=0,
    banned=0,
    freshness=Freshness(channels=0, due=0, oldest_due=None, unread={}),
    work=(),
    floods=(),
)
CODES: tuple[WorkerWhy, ...] = get_args(WorkerWhy)


def shown(said: texts.Texts, *workers: WorkerStatus) -> str:
    """The operator's screen of these workers, in a language."""
    return parse(admin_words.machine(NOTHING, workers, (), visit(said))).text


@pytest.mark.parametrize("code", CODES)
def test_what_keeps_a_worker_is_said_by_its_code(code: WorkerWhy) -> None:
    """In both languages, each in its own words: of the English reason nothing is left."""
    status = worker("tagger", state="degraded", code=code, reason="somebody is down")
    english, russian = (shown(said, status) for said in (texts.EN, texts.RU))
    assert english.splitlines()[1].startswith("tagger: degraded, ")
    assert english.endswith(texts.EN.reasons.workers[code])
    assert russian.endswith(texts.RU.reasons.workers[code])
    assert "somebody" not in english + russian
    assert re.findall("[a-z]+", russian) == ["tagger"]


@pytest.mark.parametrize("state", ["idle", "running", "degraded"])
def test_a_workers_state_is_said_in_the_operators_language(state: str) -> None:
    """Whatever it is doing; a worker without trouble has no reason."""
    russian = shown(texts.RU, worker("indexer", state=state))
    assert re.findall("[a-z]+", russian) == ["indexer"]
    assert russian.endswith("сделано 36.")


def test_what_others_said_is_told_word_for_word() -> None:
    """What a provider or the last failure said is quoted as it is, whatever it looks like."""
    work = WorkOverview(kind="tag", due=1, waiting=2, dead=3, reasons={"openai: <500>": 3})
    closed = provider("openai", open_at=NOON, why="HTTP <429>")
    overview = replace(NOTHING, work=(work,))
    html = admin_words.machine(overview, (), (closed,), visit(texts.RU))
    assert "<code>openai: &lt;500&gt;</code>" in html
    assert "<code>HTTP &lt;429&gt;</code>" in html
    assert "теги: пора 1" in html
