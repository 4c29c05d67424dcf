"""What one person can see of the channels."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sandbox.model import Channel, Person, Post

if TYPE_CHECKING:
    from sandbox.world import World


def is_member(person: Person, channel: Channel) -> bool:
    """Whether the person follows a channel that exists."""
    return channel.id in person.follows and not channel.deleted


def may_read(person: Person, channel: Channel) -> bool:
    """Whether the person may read the channel's posts."""
    if channel.deleted or person.id in channel.banned:
        return False
    return channel.username is not None or channel.id in person.follows


def hidden_up_to(person: Person, channel: Channel) -> int:
    """The newest id that is hidden from the person; 0 if none is."""
    return person.hidden_up_to.get(channel.id, 0)


def sources(world: "World", channel: Channel, posts: Iterable[Post]) -> list[Channel]:
    """The channel itself, and those its posts were forwarded from."""
    found = {channel.id: channel}
    for post in posts:
        if post.forward is not None and post.forward.channel in world.channels:
            source = world.channels[post.forward.channel]
            found[source.id] = source
    return list(found.values())
