"""What is embedded together, and what that comes to, in plain values."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from actors.chunks import pieces
from actors.meaning_messages import FinishWork
from actors.persisting import aside
from actors.providers.outcomes import Spent
from actors.work_delays import poor
from runtime import Request
from storage.meaning_rows import Spending, WorkItem
from storage.rows import WorkRow
from storage.vectors.port import Point

MOST_TEXTS = 32
"""Pieces that are embedded by one request."""
_LONGEST = 60
"""Characters of a model's name in a collection's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piecemeal:
    """A claimed post in the pieces that are embedded; one without text has none."""

    item: WorkItem
    texts: tuple[str, ...]

    @property
    def row(self) -> WorkRow:
        """The work that was claimed."""
        return self.item.row

    @property
    def post(self) -> tuple[int, int]:
        """Its channel and its id."""
        return self.row.channel_id, self.row.post_id


def sorted_out(
    items: Sequence[WorkItem], now: datetime, chance: float
) -> tuple[list[Request[Any]], list[Piecemeal]]:
    """Return what becomes of claimed posts that are not written, and those that are, in pieces."""
    requests: list[Request[Any]] = []
    over: list[WorkRow] = []
    posts: list[Piecemeal] = []
    for item in items:
        if item.gone or not item.missing_in:
            over.append(item.row)
        elif item.poor_until is not None:
            requests.append(aside(item.row, poor(item.poor_until, now, chance)))
        else:
            posts.append(Piecemeal(item=item, texts=pieces(item.text)))
    if over:
        requests.append(FinishWork(rows=tuple(over)))
    return requests, posts


def collection_name(model: str, dimension: int) -> str:
    """Return what the collection of a model is called: safe in a path, one for each model."""
    safe = re.sub(r"[^a-z0-9]+", "-", model.lower()).strip("-")[:_LONGEST]
    if safe != model or not safe:  # two models may look the same in it
        safe = f"{safe or 'model'}-{hashlib.sha256(model.encode()).hexdigest()[:8]}"
    return f"{safe}-{dimension}"


def packed(posts: Sequence[Piecemeal]) -> Iterator[list[Piecemeal]]:
    """Divide posts among requests, in order, each post's pieces together."""
    batch: list[Piecemeal] = []
    size = 0
    for post in posts:
        if batch and size + len(post.texts) > MOST_TEXTS:
            yield batch
            batch, size = [], 0
        batch.append(post)
        size += len(post.texts)
    if batch:
        yield batch


def points(batch: Sequence[Piecemeal], vectors: Sequence[tuple[float, ...]]) -> Iterator[Point]:
    """Give each piece its vector."""
    left = iter(vectors)
    for post in batch:
        published_at = post.item.published_at
        if published_at is None:
            raise ValueError(f"post {post.post} is held and has no time")
        for part, _ in enumerate(post.texts):
            yield Point(
                channel_id=post.post[0],
                post_id=post.post[1],
                part=part,
                published_at=published_at,
                vector=next(left),
            )


def shares(batch: Sequence[Piecemeal], spent: Spent) -> tuple[Spending, ...]:
    """Divide what a request has cost among those who pay for its posts, by their pieces.

    Nobody pays for a fraction of a token: a share is rounded up.
    """
    payers = Counter[int]()
    for post in batch:
        if post.item.payer is not None:
            payers[post.item.payer] += len(post.texts)
    every = sum(len(post.texts) for post in batch)
    tokens = spent.prompt_tokens + spent.completion_tokens
    return tuple(
        Spending(
            account=account,
            provider=spent.provider,
            model=spent.model,
            purpose="index",
            prompt_tokens=-(-tokens * own // every),
            completion_tokens=0,
        )
        for account, own in sorted(payers.items())
        if tokens
    )
