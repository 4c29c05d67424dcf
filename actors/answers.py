"""What Telegram answers about channels, in plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from actors.errors import Fate
from storage.rows import ChannelSeen, PostRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The broadcast channels in an account's dialogs."""

    channels: tuple[ChannelSeen, ...]
    complete: bool
    """False if some stayed out of sight: of what is not here, nothing is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryPage:
    """A page of a channel's history: every id that came, and the posts among them.

    Between its lowest and its highest id there are no others.
    """

    ids: tuple[int, ...]
    posts: tuple[PostRow, ...]
    pts: int | None = None
    """Where the channel's differences were when it was read, if Telegram told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What happened to a channel's posts after a pts."""

    pts: int | None
    """Where to ask from next; None if Telegram refused the one it was asked from."""
    final: bool
    """Whether this is all; if not, ask again from the new pts."""
    too_long: bool
    """Whether it was too much to tell: what happened is to be found by reading again."""
    news: bool
    """Whether there are new messages, which are not in here."""
    edited: tuple[PostRow, ...]
    """Posts as they are now, of which some may be new."""
    deleted: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InviteSeen:
    """What an invite leads to, for somebody who is outside."""

    title: str
    participants: int
    needs_approval: bool
    """Whether joining has to be waited for."""


Found: TypeAlias = ChannelSeen | InviteSeen
"""A channel that can be read, or one that must be joined first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What a connected account was told of: a reason to look, not what there is to see."""

    channel: int | None
    """None: no one channel, but all that the account follows; updates were lost."""
    posts: bool
    """Whether posts came, changed or went: read the channel."""
    access: bool
    """Whether what the account may see of it may have changed: membership, name, history."""
    folders: bool
    """Whether the account's folders changed."""
    seen: ChannelSeen | None = None
    """The channel as it was described last, if the account may read it; its `top` is unknown: 0."""
    gone: Fate | None = None
    """What became of the account's access, if it was told to have ended."""
