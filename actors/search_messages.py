"""What is asked of the search."""

from __future__ import annotations

from dataclasses import field
from datetime import datetime

from actors.search_values import Answer, Digest, Found, Hit
from runtime import Request, StreamRequest, message


@message
class SearchRequest(Request[Found]):
    """Find posts by meaning and by words, among those the account may see."""

    account: int
    query: str = field(repr=False)
    channels: tuple[int, ...] | None = None
    tags: tuple[str, ...] = ()
    """A post must have one of them."""
    since: datetime | None = None
    until: datetime | None = None
    limit: int = 10


@message
class AskRequest(StreamRequest[str, Answer]):
    """Answer a question from the posts the account may see; its progress is text of the answer."""

    account: int
    question: str = field(repr=False)
    channels: tuple[int, ...] | None = None
    tags: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None


@message
class DigestRequest(Request[Digest]):
    """Sum up what was published in a period."""

    account: int
    since: datetime
    until: datetime | None = None
    channels: tuple[int, ...] | None = None
    topics: tuple[str, ...] = ()
    """What is of interest; none: whatever there is most of."""
    lines: int = 10
    """How many stories of a topic have a line."""
    summaries: bool = True
    """Whether a model is asked to say what each topic is about."""


@message
class SimilarRequest(Request[tuple[Hit, ...]]):
    """Find posts that are near to one in meaning."""

    account: int
    channel: int
    post: int
    limit: int = 10


SearchMessage = SearchRequest | AskRequest | DigestRequest | SimilarRequest
"""What the SearchActor understands."""
