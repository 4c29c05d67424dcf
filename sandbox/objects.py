"""Telegram's objects for the world's people and channels, as one viewer sees them."""

from typing import Any

from telethon.tl import types

from sandbox.model import Channel, Group, Person, access_hash
from sandbox.sight import hidden_up_to, is_member


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
    """A channel; one the viewer may not see is only a name."""
    follows = is_member(viewer, channel)
    key = access_hash(viewer.id, "channel", channel.id)
    kind = {"broadcast": not channel.megagroup, "megagroup": channel.megagroup}
    is_closed = channel.deleted or viewer.id in channel.banned
    if is_closed or (not follows and channel.username is None):
        return types.ChannelForbidden(channel.id, key, channel.title, **kind)
    return types.Channel(
        channel.id,
        channel.title,
        types.ChatPhotoEmpty(),
        channel.created,
        left=not follows,
        access_hash=key,
        username=channel.username,
        noforwards=channel.protected or None,
        signatures=channel.signed or None,
        **kind,
    )


def group(viewer: Person, old: Group) -> Any:
    """A small group that became a supergroup."""
    to = types.InputChannel(old.migrated_to, access_hash(viewer.id, "channel", old.migrated_to))
    return types.Chat(
        old.id,
        old.title,
        types.ChatPhotoEmpty(),
        participants_count=0,
        date=old.date,
        version=1,
        deactivated=True,
        migrated_to=to,
    )


def group_message(old: Group) -> Any:
    """The last message of such a group: where it went."""
    action = types.MessageActionChatMigrateTo(old.migrated_to)
    return types.MessageService(1, types.PeerChat(old.id), old.date, action=action)


def dialog(viewer: Person, channel: Channel) -> Any:
    """A channel's line in the list of chats."""
    top = channel.ids[-1] if channel.ids else 0
    if top <= hidden_up_to(viewer, channel):
        top = 0
    return _dialog(
        types.PeerChannel(channel.id),
        top,
        pts=channel.pts,
        pinned=channel.id in viewer.pinned or None,
        folder_id=1 if channel.id in viewer.archived else None,
    )


def group_dialog(old: Group) -> Any:
    """The line of a group that became a supergroup."""
    return _dialog(types.PeerChat(old.id), 1)


def _dialog(peer: Any, top: int, **rest: Any) -> Any:
    return types.Dialog(
        peer=peer,
        top_message=top,
        read_inbox_max_id=top,
        read_outbox_max_id=0,
        unread_count=0,
        unread_mentions_count=0,
        unread_reactions_count=0,
        unread_poll_votes_count=0,
        notify_settings=types.PeerNotifySettings(),
        **rest,
    )
