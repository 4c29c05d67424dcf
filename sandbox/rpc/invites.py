"""Links into channels."""

from datetime import UTC, datetime
from typing import Any

from telethon.tl import functions, types

from sandbox.cipher import Key
from sandbox.model import Channel, Invite
from sandbox.objects import chat
from sandbox.rpc.registry import Refused, answers, viewer_of
from sandbox.sight import is_member
from sandbox.telegram import Telegram


@answers(functions.messages.CheckChatInviteRequest, differs="shows no posts to who is outside")
def check_chat_invite(telegram: Telegram, key: Key, request: Any) -> object:
    """What a link leads to."""
    viewer = viewer_of(telegram, key)
    invite, channel = _valid(telegram, request.hash, viewer.id)
    if is_member(viewer, channel):
        return types.ChatInviteAlready(chat(viewer, channel))
    people = telegram.world.people.values()
    return types.ChatInvite(
        channel.title,
        types.PhotoEmpty(0),
        sum(channel.id in person.follows for person in people),
        0,
        channel=True,
        broadcast=not channel.megagroup,
        megagroup=channel.megagroup,
        public=channel.username is not None,
        request_needed=invite.needs_approval or None,
        about=channel.about or None,
    )


@answers(functions.messages.ImportChatInviteRequest)
def import_chat_invite(telegram: Telegram, key: Key, request: Any) -> object:
    """Join by a link, or ask to."""
    viewer = viewer_of(telegram, key)
    invite, channel = _valid(telegram, request.hash, viewer.id)
    if is_member(viewer, channel):
        raise Refused("USER_ALREADY_PARTICIPANT")
    if invite.needs_approval:
        channel.requests[viewer.id] = None
        raise Refused("INVITE_REQUEST_SENT")
    invite.used += 1
    telegram.world.follow(viewer, channel)
    return types.messages.ChatInviteJoinResultOk(telegram.no_updates([chat(viewer, channel)]))


def _valid(telegram: Telegram, name: str, person_id: int) -> tuple[Invite, Channel]:
    if not name:
        raise Refused("INVITE_HASH_EMPTY")
    invite = telegram.world.invites.get(name)
    if invite is None:
        raise Refused("INVITE_HASH_INVALID")
    channel = telegram.world.channels[invite.channel]
    is_late = invite.expires is not None and datetime.now(UTC) >= invite.expires
    is_full = invite.limit is not None and invite.used >= invite.limit
    is_closed = channel.deleted or person_id in channel.banned
    if (
        invite.revoked
        or is_late
        or is_closed
        or (is_full and not _is_in(telegram, person_id, channel))
    ):
        raise Refused("INVITE_HASH_EXPIRED")
    return invite, channel


def _is_in(telegram: Telegram, person_id: int, channel: Channel) -> bool:
    return is_member(telegram.world.find_person(person_id), channel)
