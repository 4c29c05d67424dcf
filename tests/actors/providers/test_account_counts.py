"""What an account counts of its calls."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from actors.providers.account import Account
from actors.providers.allowance import Allowance
from actors.providers.failure import Failed, Outcome
from actors.providers.outcomes import Priority, Spent
from runtime.totals import NEVER

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def spent(model: str) -> Spent:
    """What an answer of a model has cost."""
    return Spent(provider="", model=model, prompt_tokens=7, completion_tokens=2)


async def test_tokens_time_and_other_models_are_counted() -> None:
    """Answers and failures have taken time; a pause, in which nobody is asked, has not."""
    account = Account(
        "openai",
        {"chat": "cheap"},
        at_once=1,
        allowance=Allowance(),
        settings={},
        now=lambda: NOW,
    )
    assert account.status().latency == NEVER

    async def answer() -> None:
        await asyncio.sleep(0)
        account.paid("chat", spent("cheap-2026-01-01"))
        account.paid("chat", spent("dear"))
        account.paid("chat", spent("dear"))

    async def fail() -> None:
        raise Failed(Outcome.BUSY, "is busy", until=datetime(2026, 1, 2, tzinfo=UTC))

    await account.call("chat", Priority.TAG, answer)
    for _ in range(2):  # the second one is not asked: its breaker is open
        with pytest.raises(Failed):
            await account.call("chat", Priority.TAG, fail)
    found = account.status()
    assert (found.prompt_tokens, found.completion_tokens, found.other_models) == (21, 6, 1)
    assert (found.latency.number, found.outcomes) == (2, (("busy", 1), ("ok", 1)))
