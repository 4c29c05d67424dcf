"""What happens in a world that a connected client may be told of."""

from dataclasses import dataclass
from typing import TypeAlias

from sandbox.model import Change, Channel, Person, Post


@dataclass(frozen=True, slots=True)
class PostsChanged:
    """Posts came, changed or went; counted in the channel's pts."""

    channel: Channel
    change: Change


@dataclass(frozen=True, slots=True)
class PostCounted:
    """A post's views, forwards or reactions changed; not counted in pts."""

    channel: Channel
    post: Post


@dataclass(frozen=True, slots=True)
class MembershipChanged:
    """What one person may see of a channel changed."""

    channel: Channel
    person: Person


@dataclass(frozen=True, slots=True)
class ChannelChanged:
    """A channel's name or openness changed, for all its followers."""

    channel: Channel


@dataclass(frozen=True, slots=True)
class HistoryHidden:
    """A person can no longer see posts up to an id."""

    channel: Channel
    person: Person
    up_to: int


Event: TypeAlias = PostsChanged | PostCounted | MembershipChanged | ChannelChanged | HistoryHidden
