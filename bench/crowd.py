"""Accounts that are logged in and follow channels, without anybody connecting for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio
from telethon.crypto import AuthKey

from actors.lease import Claim, LeaseMessage, Release
from actors.messages import AdmitSession
from actors.store_messages import Confirmed, Follow
from actors.telegram.session import RecordSession
from sandbox import Channel, Minted, Sandbox
from sandbox.model import access_hash
from storage.rows import ChannelSeen

if TYPE_CHECKING:
    from actors.house import House
    from runtime import ActorRef

SIDE_BY_SIDE = 8
WITHIN_SECONDS = 60.0


async def admit(house: House, sandbox: Sandbox) -> None:
    """Log everybody in, and note the channels they follow as a listing just now would."""
    lease = house._lease
    assert lease is not None, "an open house has one"
    limiter = anyio.CapacityLimiter(SIDE_BY_SIDE)
    async with anyio.create_task_group() as group:
        for person in sandbox.world.people:
            group.start_soon(_admit, house, lease, sandbox, person, limiter)


async def _admit(
    house: House,
    lease: ActorRef[LeaseMessage],
    sandbox: Sandbox,
    person: int,
    limiter: anyio.CapacityLimiter,
) -> None:
    channels = sandbox.world.channels.values()
    seen = tuple(_seen(channel, person) for channel in channels)
    record = _record(sandbox.mint(person))
    async with limiter:
        hold = (await lease.ask(Claim(account=person), timeout=WITHIN_SECONDS)).hold
        await house.store.ask(AdmitSession(hold=hold, record=record), timeout=WITHIN_SECONDS)
        await house.store.ask(Follow(hold=hold, seen=seen), timeout=WITHIN_SECONDS)
        await house.store.ask(Confirmed(account=person, failures=0), timeout=WITHIN_SECONDS)
        await lease.ask(Release(hold=hold), timeout=WITHIN_SECONDS)


def _seen(channel: Channel, by: int) -> ChannelSeen:
    return ChannelSeen(
        id=channel.id,
        access_hash=access_hash(by, "channel", channel.id),
        title=channel.title,
        username=channel.username,
        top=channel.last_id,
        pts=channel.pts,
    )


def _record(minted: Minted) -> bytes:
    session = RecordSession()
    session.set_dc(minted.dc_id, minted.host, minted.port)
    session.auth_key = AuthKey(minted.auth_key)
    return session.record()
