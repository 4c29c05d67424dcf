"""Telegram's objects for the world's things, as one viewer sees them."""

from typing import Any

from telethon.tl import types

from sandbox.world import Channel, Person, Post, access_hash


class Encoded:
    """An object that is bytes already; fits wherever Telethon serializes one."""

    __slots__ = ("_data",)

    def __init__(self, data: bytes) -> None:
        self._data = data

    def _bytes(self) -> bytes:
        return self._data


class Messages:
    """Posts as encoded messages; each is encoded once, as all viewers see the same."""

    def __init__(self) -> None:
        self._encoded: dict[tuple[int, int], tuple[Post, Encoded]] = {}

    def of(self, channel: Channel, post: Post) -> Encoded:
        """The message for a post."""
        known = self._encoded.get((channel.id, post.id))
        if known is not None and known[0] is post:
            return known[1]
        encoded = Encoded(bytes(message(channel, post)))
        self._encoded[channel.id, post.id] = post, encoded
        return encoded


def message(channel: Channel, post: Post) -> Any:
    """A post as a message of its channel."""
    peer = types.PeerChannel(channel.id)
    if post.service:
        action = types.MessageActionChannelCreate(channel.title)
        return types.MessageService(post.id, peer, post.date, post=True, action=action)
    return types.Message(
        post.id, peer, post.date, post.text, post=True, edit_date=post.edited, entities=None
    )


def user(viewer_id: int | None, person: Person) -> Any:
    """A person; oneself is marked, and only one's own phone is shown."""
    is_self = viewer_id == person.id
    return types.User(
        person.id,
        is_self=is_self,
        access_hash=access_hash(viewer_id or 0, "user", person.id),
        first_name=person.first_name,
        username=person.username,
        phone=person.phone if is_self else None,
    )


def chat(viewer: Person, channel: Channel) -> Any:
    """A channel; a private one the viewer does not follow is only a name."""
    follows = channel.id in viewer.follows
    key = access_hash(viewer.id, "channel", channel.id)
    if not follows and channel.username is None:
        return types.ChannelForbidden(channel.id, key, channel.title, broadcast=True)
    return types.Channel(
        channel.id,
        channel.title,
        types.ChatPhotoEmpty(),
        channel.created,
        broadcast=True,
        left=not follows,
        access_hash=key,
        username=channel.username,
    )


def dialog(channel: Channel) -> Any:
    """A channel's line in the list of chats."""
    top = channel.ids[-1] if channel.ids else 0
    return types.Dialog(
        peer=types.PeerChannel(channel.id),
        top_message=top,
        read_inbox_max_id=top,
        read_outbox_max_id=0,
        unread_count=0,
        unread_mentions_count=0,
        unread_reactions_count=0,
        unread_poll_votes_count=0,
        notify_settings=types.PeerNotifySettings(),
        pts=channel.pts,
    )
