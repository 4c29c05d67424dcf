"""Accounts that are logged in and follow channels, without anybody connecting for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio
import asyncpg
from telethon.crypto import AuthKey

from actors.lease import Claim, Release
from actors.messages import AdmitSession
from actors.store_messages import Confirmed, Follow
from actors.telegram.session import RecordSession
from sandbox import Channel, Minted, Sandbox
from sandbox.model import access_hash
from storage.rows import ChannelSeen, Hold

if TYPE_CHECKING:
    from actors.house import House

SIDE_BY_SIDE = 8
WITHIN_SECONDS = 60.0

ALSO = """
INSERT INTO subscriptions (account, channel, access_hash, top, position, confirmed_at)
SELECT $1, channel, access_hash, top, position, now()
FROM unnest($2::bigint[], $3::bigint[], $4::bigint[])
    WITH ORDINALITY AS seen (channel, access_hash, top, position)
"""
"""What a listing that is like another one's leaves behind, without its work on each channel."""


async def admit(house: House, sandbox: Sandbox, dsn: str) -> None:
    """Log everybody in, and note the channels they follow as if they had been listed just now."""
    lease = house._lease
    assert lease is not None, "an open house has one"
    limiter = anyio.CapacityLimiter(SIDE_BY_SIDE)
    first, *others = sandbox.world.people
    hold = (await lease.ask(Claim(account=first))).hold
    await _log_in(house, sandbox, hold)
    await house.store.ask(Follow(hold=hold, seen=_listed(sandbox, first)))
    await lease.ask(Release(hold=hold))

    async def also(person: int) -> None:
        async with limiter:
            claimed = await lease.ask(Claim(account=person), timeout=WITHIN_SECONDS)
            await _log_in(house, sandbox, claimed.hold)
            await lease.ask(Release(hold=claimed.hold), timeout=WITHIN_SECONDS)

    async with anyio.create_task_group() as group:
        for person in others:
            group.start_soon(also, person)
    connection = await asyncpg.connect(dsn)
    try:
        rows = [_row(person, _listed(sandbox, person)) for person in others]
        await connection.executemany(ALSO, rows)
        await connection.execute("ANALYZE")  # so many rows at once: statements are planned for them
    finally:
        await connection.close()


async def _log_in(house: House, sandbox: Sandbox, hold: Hold) -> None:
    record = _record(sandbox.mint(hold.account))
    await house.store.ask(AdmitSession(hold=hold, record=record), timeout=WITHIN_SECONDS)
    await house.store.ask(Confirmed(account=hold.account, failures=0), timeout=WITHIN_SECONDS)


def _listed(sandbox: Sandbox, person: int) -> tuple[ChannelSeen, ...]:
    return tuple(_seen(channel, person) for channel in sandbox.world.channels.values())


def _row(person: int, seen: tuple[ChannelSeen, ...]) -> tuple[int, list[int], list[int], list[int]]:
    return (
        person,
        [each.id for each in seen],
        [each.access_hash for each in seen],
        [each.top for each in seen],
    )


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
