"""Channels by what people call them: looked up, and joined."""

from __future__ import annotations

from typing import Any

from telethon import errors as rpc
from telethon.tl import types
from telethon.tl.functions.channels import GetChannelsRequest
from telethon.tl.functions.contacts import ResolveUsernameRequest
from telethon.tl.functions.messages import CheckChatInviteRequest, ImportChatInviteRequest

from actors.answers import Found, InviteSeen
from actors.errors import (
    ChannelClosed,
    InviteDead,
    JoinPending,
    NoSuchChannel,
    NotAChannel,
    SharedFolder,
    TooManyChannels,
)
from actors.links import Invited, Named, Numbered, Shared, link
from actors.telegram.client import WatchedClient
from actors.telegram.entities import described, fate_of, is_channel, names_of
from actors.telegram.errors import name_of
from actors.telegram.reading import newest
from storage.rows import ChannelSeen

_DEAD = (
    rpc.ChannelInvalidError,
    rpc.ChannelPrivateError,
    rpc.InviteHashEmptyError,
    rpc.InviteHashExpiredError,
    rpc.InviteHashInvalidError,
    rpc.UsersTooMuchError,
)


async def find(client: WatchedClient, what: str) -> Found:
    """Find a channel by its name, a link or an invite, with as few look-ups of names as can be."""
    match link(what):
        case Named(name=name):
            chat = await _remembered(client, name) or await _resolved(client, name, what)
            return await _readable(client, chat, what)
        case Numbered(channel=number):
            known = client.record.numbered(number)
            if known is None:
                raise NoSuchChannel(what)
            return await _readable(client, await _again(client, *known), what)
        case Invited(hash=invite):
            return await _invited(client, invite)
        case Shared():
            raise SharedFolder(what)
    raise NoSuchChannel(what)


async def join(client: WatchedClient, what: str) -> ChannelSeen:
    """Join a channel by an invite, unless the account is in it."""
    meant = link(what)
    if not isinstance(meant, Invited):
        raise InviteDead("it is no invite link")
    seen = await _invited(client, meant.hash)
    if isinstance(seen, ChannelSeen):
        return seen
    try:
        answer = await client(ImportChatInviteRequest(meant.hash))
    except rpc.UserAlreadyParticipantError:
        answer = None  # meanwhile, or by this very call, whose first answer was lost
    except rpc.InviteRequestSentError:
        raise JoinPending(seen.title) from None
    except (rpc.ChannelsTooMuchError, rpc.UserChannelsTooMuchError):
        raise TooManyChannels from None
    except _DEAD as error:
        raise InviteDead(name_of(error)) from None
    chats = getattr(getattr(answer, "updates", None), "chats", ())
    joined = next(filter(is_channel, chats), None)
    if joined is not None:
        return await _readable(client, joined, seen.title)
    seen = await _invited(client, meant.hash)
    if isinstance(seen, InviteSeen):
        raise JoinPending(seen.title)
    return seen


async def _invited(client: WatchedClient, invite: str) -> Found:
    """Look at an invite from outside, or at its channel from within."""
    try:
        answer = await client(CheckChatInviteRequest(invite))
    except _DEAD as error:
        raise InviteDead(name_of(error)) from None
    if isinstance(answer, types.ChatInviteAlready):
        return await _readable(client, answer.chat, answer.chat.title)
    # Some may be looked into for a while without joining: not long enough to follow them.
    shown = answer.chat if isinstance(answer, types.ChatInvitePeek) else answer
    if not getattr(shown, "broadcast", None):
        raise NotAChannel(shown.title)
    needs_approval = getattr(shown, "request_needed", None) or getattr(shown, "join_request", None)
    return InviteSeen(
        title=shown.title,
        participants=shown.participants_count or 0,
        needs_approval=bool(needs_approval),
    )


async def _remembered(client: WatchedClient, name: str) -> Any:
    """The channel that had a name when it was last seen, if it still has; look-ups are few."""
    known = client.record.named(name)
    if known is None:
        return None
    chat = await _again(client, *known)
    return chat if isinstance(chat, types.Channel) and name.lower() in names_of(chat) else None


async def _again(client: WatchedClient, channel: int, access_hash: int) -> Any:
    """A channel that was seen before, as it is now; None if there is none any more."""
    try:
        answer = await client(GetChannelsRequest([types.InputChannel(channel, access_hash)]))
    except (rpc.BadRequestError, rpc.ForbiddenError):
        return None
    return next(iter(answer.chats), None)


async def _resolved(client: WatchedClient, name: str, what: str) -> Any:
    try:
        answer = await client(ResolveUsernameRequest(name))
    except (rpc.UsernameInvalidError, rpc.UsernameNotOccupiedError):
        raise NoSuchChannel(what) from None
    if not isinstance(answer.peer, types.PeerChannel):
        raise NotAChannel(what)
    return next((chat for chat in answer.chats if chat.id == answer.peer.channel_id), None)


async def _readable(client: WatchedClient, chat: Any, what: str) -> ChannelSeen:
    """Return a channel if the account may read it, with where it stands."""
    if isinstance(chat, types.ChannelForbidden):
        raise ChannelClosed("CHANNEL_PRIVATE", fate_of(chat))
    if chat is None or isinstance(chat, types.ChatEmpty):
        raise NoSuchChannel(what)
    if not is_channel(chat):
        raise NotAChannel(what)
    top, pts = await newest(client, chat.id, chat.access_hash)
    return described(chat, top=top, pts=pts)
