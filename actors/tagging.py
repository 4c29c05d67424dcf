"""What the tagging of claimed posts comes to, as requests to the store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from actors.meaning_messages import FinishWork, KeepSpending, KeepTags
from actors.persisting import aside
from actors.providers.outcomes import Tagged, Tagging, costs_of
from actors.work_delays import GiveUp, PutBack, Skip, after, poor
from runtime import Request
from storage.meaning_rows import KnownTags, Spending, TagResult, WorkItem
from storage.rows import WorkRow

NO_TEXT = "no text"


def sorted_out(
    items: Sequence[WorkItem], now: datetime, chance: float
) -> tuple[list[Request[Any]], list[WorkItem]]:
    """Return what becomes of work that needs no provider, and the work that does."""
    gone: list[WorkRow] = []
    results: list[TagResult] = []
    requests: list[Request[Any]] = []
    asked: list[WorkItem] = []
    for item in items:
        if item.gone:
            gone.append(item.row)
        elif not item.text.strip():
            results.append(TagResult(row=item.row, state="skipped", reason=NO_TEXT))
        elif item.known is not None:
            results.append(_as_known(item.row, item.known))
        elif item.poor_until is not None:
            requests.append(aside(item.row, poor(item.poor_until, now, chance)))
        else:
            asked.append(item)
    if results:
        requests.append(KeepTags(results=tuple(results)))
    if gone:
        requests.append(FinishWork(rows=tuple(gone)))
    return requests, asked


def answered(
    items: Sequence[WorkItem], outcome: Tagging, now: datetime, chance: float
) -> list[Request[Any]]:
    """Return what becomes of posts of one text, which a provider was asked about."""
    requests: list[Request[Any]] = []
    spendings = _spent(items, outcome)
    results: list[TagResult] = []
    for item in items:
        decision = after(outcome, item.row.attempts, now, chance)
        if isinstance(decision, PutBack | GiveUp):
            requests.append(aside(item.row, decision))
        else:
            reason = decision.reason if isinstance(decision, Skip) else None
            results.append(_result(item.row, outcome, reason))
    if results:
        requests.append(KeepTags(results=tuple(results), spendings=spendings))
    elif spendings:  # an answer of no use is paid for as well
        requests.append(KeepSpending(spendings=spendings))
    return requests


def _as_known(row: WorkRow, known: KnownTags) -> TagResult:
    return TagResult(
        row=row,
        state="ok" if known.refused is None else "skipped",
        tags=known.tags,
        reason=known.refused,
        provider=known.provider,
        model=known.model,
    )


def _result(row: WorkRow, outcome: Tagging, reason: str | None) -> TagResult:
    tagged = outcome if isinstance(outcome, Tagged) else None
    return TagResult(
        row=row,
        state="ok" if reason is None else "skipped",
        tags=() if tagged is None else tagged.tags,
        reason=reason,
        provider=None if tagged is None else tagged.spent.provider,
        model=None if tagged is None else tagged.spent.model,
    )


def _spent(items: Sequence[WorkItem], outcome: Tagging) -> tuple[Spending, ...]:
    """Who pays for what was asked: the first post's payer, as it was asked for that post."""
    payer = items[0].payer
    if payer is None:
        return ()
    return tuple(
        Spending(
            account=payer,
            provider=spent.provider,
            model=spent.model,
            purpose="tag",
            prompt_tokens=spent.prompt_tokens,
            completion_tokens=spent.completion_tokens,
        )
        for spent in costs_of(outcome)
        if spent.prompt_tokens or spent.completion_tokens
    )
