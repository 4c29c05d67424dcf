"""What the service keeps, in plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from storage.rows import PostView


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token as it was issued, this once with its text."""

    id: int
    name: str
    account: int | None
    """Whom its bearer may speak for; None: the operator."""
    text: str = field(repr=False)
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRow:
    """A token as it is listed."""

    id: int
    name: str
    account: int | None
    """None: the operator's."""
    created_at: datetime
    used_at: datetime | None
    """When it was shown last, give or take a minute; None: never."""
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginLink:
    """What opens the login page for one account, once."""

    text: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PostsPage:
    """Posts, the newest first."""

    posts: tuple[PostView, ...]
    next: str | None
    """Where the next page begins; None: there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """For how long posts are kept."""

    days: int | None
    """None: for ever."""
    fixed: bool
    """Whether TGACTORS_RETENTION_DAYS says so."""
    accounts: Mapping[int, int]
    """For how many days accounts see posts that want less than all that is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doomed:
    """The posts of a channel that nobody wants any longer."""

    channel: int
    title: str
    posts: int
    oldest: datetime
    newest: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Retained:
    """What a cleaning came to."""

    removed: int
    done: bool
    """Whether nothing is left that nobody wants."""
