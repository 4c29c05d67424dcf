"""Codes for what the domain says in English: who speaks another language words each of them."""

from __future__ import annotations

from typing import Literal, TypeAlias

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

TroubleKind: TypeAlias = Literal[
    "no_model", "no_summaries", "no_vectors", "not_indexed", "tokens_spent"
]
"""What was not open to a search, a question or a digest."""
