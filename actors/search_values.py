"""What searches, questions and digests answer with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from actors.reasons import TroubleKind
from storage.meaning_rows import TagState
from storage.rows import PostView as Post


@dataclass(frozen=True, slots=True, kw_only=True)
class Snippet:
    """A piece of a post's text, with what was searched for in it."""

    text: str
    marks: tuple[tuple[int, int], ...]
    """Where words that were searched for begin and end in it, in characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A post that was found."""

    post: Post
    score: float
    """By reciprocal rank fusion; it compares the hits of one search only."""
    similarity: float | None
    """Cosine of its vector and the query's, if it was near."""
    by_words: bool
    """Whether the words were found in it."""
    snippet: Snippet
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Something that was not open to a search, a question or a digest."""

    code: TroubleKind
    text: str
    """What it was, for people."""
    until: datetime | None = None
    """When it is over, where that is known."""


def in_words(troubles: Iterable[Trouble]) -> str | None:
    """Say all of it in one text, the same only once; None if there was no trouble."""
    return " ".join(dict.fromkeys(each.text for each in troubles)) or None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search has found, the best first."""

    query: str
    corrected: str | None
    """What was searched for instead, as the query's words occur in no post."""
    hits: tuple[Hit, ...]
    trouble: str | None
    """Why some ways of searching were not open, for people; None if all were."""
    troubles: tuple[Trouble, ...] = ()
    """The same by its codes, for who says it in another language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A post from which a question was answered."""

    number: int
    """As the answer cites it: [1]."""
    post: Post
    cited: bool


Manner = Literal["model", "extract", "nothing"]
"""Who has answered: a language model, sentences of the posts themselves, or nobody could."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer to a question, with the posts it was made from."""

    question: str
    text: str
    """With citations like [1]; only numbers of `sources` occur."""
    sources: tuple[Source, ...]
    manner: Manner
    model: str | None
    """Which model has answered, if one has."""
    trouble: str | None
    """Why no model has answered, or not all posts could be searched; None if all went well."""
    troubles: tuple[Trouble, ...] = ()
    """The same by its codes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestLine:
    """One story of a digest: a post, and others that say nearly the same."""

    number: int
    text: str
    """The post's first sentence or so."""
    post: Post
    also: tuple[Post, ...]
    """Near-duplicates of it, the oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestTopic:
    """What was published about one topic."""

    topic: str | None
    """A tag, or what was asked for; None for what belongs to no topic."""
    lines: tuple[DigestLine, ...]
    posts: int
    """Posts that belong here, near-duplicates and those without a line included."""
    summary: str | None
    """What a model says of them, citing lines like [1]; None if none was asked or could answer."""

    @property
    def left(self) -> int:
        """How many of the posts no line tells of."""
        return self.posts - sum(1 + len(line.also) for line in self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What was published in a period, by topic."""

    since: datetime
    until: datetime
    posts: int
    """Posts published in the period, whether they have a line or not."""
    topics: tuple[DigestTopic, ...]
    untagged: int
    """Posts that are not tagged yet, and therefore in no topic of their own."""
    cut: bool
    """Whether there were more posts than a digest takes: the newest are in it."""
    model: str | None
    trouble: str | None
    """Why there are no summaries, or not all; None if all went well or none was asked for."""
    troubles: tuple[Trouble, ...] = ()
    """The same by its codes."""


__all__ = [
    "Answer",
    "Digest",
    "DigestLine",
    "DigestTopic",
    "Found",
    "Hit",
    "Manner",
    "Snippet",
    "Source",
    "TagState",
    "Trouble",
]
