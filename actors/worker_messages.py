"""What is said to the workers that tag and index posts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from actors.reasons import WorkerWhy
from runtime import Message, Request, Urgent, message


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerStatus:
    """How one worker is doing."""

    name: str
    """tagger or indexer."""
    state: Literal["idle", "running", "degraded"]
    reason: str | None
    """Why it is degraded, for people."""
    code: WorkerWhy | None = None
    """The same, to be worded in another language."""
    under_way: int
    """Posts it is at just now."""
    ok: int
    """Posts it has finished, since the house was opened; the same for those below."""
    skipped: int
    """Posts with nothing to be had: no text, or one that is refused."""
    failed: int
    """How often a post was put back because something had gone wrong."""
    dead: int
    """Posts it has given up."""
    healing: bool = False
    """Whether it makes good a loss; until it has, less is found than is held."""


@message
class WorkArrived(Message):
    """Look for work at once: some has just been stored."""


@message
class SettleWork(Request[bool]):
    """Wait until no work of an account's channels is due: all is finished or put back.

    Answered with whether that is so, after `within` seconds at the latest.
    """

    account: int
    within: float


@message
class DescribeWorker(Urgent, Request[WorkerStatus]):
    """Tell how the worker is doing; no work is ahead of it."""


WorkerMessage = WorkArrived | SettleWork | DescribeWorker
"""What the TaggerActor and the IndexerActor understand."""
