"""Codes for what the domain says in English: who speaks another language words each of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from storage.meaning_rows import Waiting

LoginEnd: TypeAlias = Literal[
    "cancelled",
    "codes",
    "flooded",
    "keys",
    "logged_out",
    "no_code",
    "no_other_code",
    "no_password",
    "passwords",
    "phone",
    "revoked",
    "stranger",
    "unreachable",
    "unscanned",
]
"""Why a login has come to nothing."""

UnreadWhy: TypeAlias = Literal[
    "banned", "closed", "deleted", "flooded", "left", "not_followed", "other", "private"
]
"""Why a channel was not read to its end; "other" is of a report that was kept without a code."""

WorkWhy: TypeAlias = Literal["failed", "tokens_spent", "unanswered"]
"""Why posts are not tagged or indexed yet, or never will be."""

TOKENS_SPENT: Final = "everybody who follows the channel has spent the tokens of the day"
"""As it is kept beside the work that waits for tokens."""

WorkerWhy: TypeAlias = Literal["behind", "differed", "lost", "trouble", "unanswered"]
"""What keeps a worker from its work; "trouble" is with what it works on, or a fault of its own."""

LOSSES: Final[Mapping[WorkerWhy, str]] = {
    "behind": "many posts are still to be indexed",
    "differed": "the index was not what it was said to be: it is being mended",
    "lost": "the vectors of the posts were lost: they are indexed again",
}
"""Of these, what is made good by itself: until it is, less is found than is held."""

TroubleKind: TypeAlias = Literal[
    "no_model", "no_summaries", "no_vectors", "not_indexed", "tokens_spent"
]
"""What was not open to a search, a question or a digest."""


def work_why(waiting: Waiting) -> WorkWhy:
    """Return the code of what posts wait for: whoever was asked gives reasons of his own."""
    if waiting.next_at is None:
        return "failed"
    return "tokens_spent" if waiting.reason == TOKENS_SPENT else "unanswered"
