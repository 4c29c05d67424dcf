"""What is asked of the store about what the service keeps."""

from __future__ import annotations

from dataclasses import field
from datetime import datetime
from uuid import UUID

from runtime import Request, message
from storage.service_rows import Doomed, LoginLink, PostsPage, Retained, Retention, Token, TokenRow


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


@message
class DescribeRetention(Request[Retention]):
    """Return for how long posts are kept."""


@message
class KeepFor(Request[None]):
    """Keep posts for so many days."""

    days: int | None
    """None: for ever."""


@message
class AdoptRetention(Request[None]):
    """Keep posts as the service's setting says."""

    days: int | None
    """None: it says nothing."""


@message
class WantFor(Request[int | None]):
    """Let an account want posts for so many days; answered with for how many it sees them."""

    account: int
    days: int | None
    """None: as long as they are kept for others."""


@message
class WantedFor(Request[int | None]):
    """Return for how many days an account sees posts."""

    account: int


@message
class ListDoomed(Request[tuple[Doomed, ...]]):
    """Return which posts would be deleted now, because nobody wants them any longer."""

    days: int | None
    """If the house kept posts for so many days; None: as it does."""


@message
class Retain(Request[Retained]):
    """Delete some of the posts that nobody wants any longer."""


@message
class Identify(Request[UUID]):
    """Return which archive this is."""


KeepingMessage = (
    IssueToken
    | ListTokens
    | RevokeToken
    | FindToken
    | MakeLoginLink
    | SpendLoginLink
    | PagePosts
    | DescribeRetention
    | KeepFor
    | AdoptRetention
    | WantFor
    | WantedFor
    | ListDoomed
    | Retain
    | Identify
)
"""What of it concerns what the service keeps."""
