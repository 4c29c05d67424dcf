"""What is asked of the store about what the service keeps."""

from __future__ import annotations

from dataclasses import field
from datetime import datetime

from runtime import Request, message
from storage.service_rows import LoginLink, PostsPage, Token, TokenRow


@message
class IssueToken(Request[Token]):
    """Make a token; its text is told this once."""

    name: str
    account: int | None


@message
class ListTokens(Request[tuple[TokenRow, ...]]):
    """Return the tokens, without their texts."""


@message
class RevokeToken(Request[bool]):
    """Let nobody in by a token any more; answered with whether somebody was."""

    token: int


@message
class FindToken(Request[TokenRow | None]):
    """Return the token that counts and has a text, and note that it was used."""

    text: str = field(repr=False)


@message
class MakeLoginLink(Request[LoginLink]):
    """Make the link by which a person logs in in a browser; its text is told this once."""

    account: int
    invite: str | None = field(repr=False)
    """The code of an invite, of which a use is reserved."""


@message
class SpendLoginLink(Request[int | None]):
    """Take a link away; answered with whose it was, None if it did not count."""

    text: str = field(repr=False)


@message
class PagePosts(Request[PostsPage]):
    """Return posts that an account may read, from where a page before has ended."""

    account: int
    before: str | None
    limit: int
    channel: int | None
    since: datetime | None
    until: datetime | None
    tags: tuple[str, ...]


KeepingMessage = (
    IssueToken | ListTokens | RevokeToken | FindToken | MakeLoginLink | SpendLoginLink | PagePosts
)
"""What of it concerns what the service keeps."""
