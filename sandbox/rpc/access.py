"""Which channel a request means, and whether its sender may read it."""

from datetime import datetime
from typing import Any

from sandbox.messages import Encoded
from sandbox.model import Channel, Person, Post, access_hash
from sandbox.objects import chat
from sandbox.rpc.registry import Refused
from sandbox.sight import hidden_up_to, may_read, sources
from sandbox.telegram import Telegram


def known(telegram: Telegram, viewer: Person, asked: Any) -> Channel:
    """The channel named by id and the viewer's own hash."""
    channel_id = getattr(asked, "channel_id", 0)
    channel = telegram.world.channels.get(channel_id)
    fits = getattr(asked, "access_hash", 0) == access_hash(viewer.id, "channel", channel_id)
    if channel is None or not fits:
        raise Refused("CHANNEL_INVALID")
    return channel


def readable(telegram: Telegram, viewer: Person, asked: Any) -> Channel:
    """The channel, if the viewer may read it."""
    channel = known(telegram, viewer, asked)
    if not may_read(viewer, channel):
        raise Refused("CHANNEL_PRIVATE")
    return channel


def is_shown(viewer: Person, channel: Channel, post_id: int) -> bool:
    """Whether a post is there and not hidden from the viewer."""
    return post_id in channel.posts and post_id > hidden_up_to(viewer, channel)


def encoded(telegram: Telegram, channel: Channel, posts: list[Post]) -> list[Encoded]:
    """Posts as messages."""
    return [telegram.messages.of(channel, post) for post in posts]


def chats(telegram: Telegram, viewer: Person, channel: Channel, posts: list[Post]) -> list[Any]:
    """The channel and those its posts come from, as the viewer sees them."""
    return [chat(viewer, each) for each in sources(telegram.world, channel, posts)]


def moment(date: datetime | None) -> datetime | None:
    """A date of a request; the epoch stands for none."""
    return date if date is not None and date.timestamp() > 0 else None
