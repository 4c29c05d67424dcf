"""What is known of channels that an account follows no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from actors import Channel
    from actors.house import House


async def known_channels(house: House, account: int) -> tuple[Channel, ...]:
    """Return every channel an account knows: those it follows first, then the others with why."""
    # `tgactors --help` must not wait for these.
    from actors.messages import LocateDatabase  # noqa: PLC0415
    from storage import posts  # noqa: PLC0415
    from storage.database import Database  # noqa: PLC0415

    dsn = await house.store.ask(LocateDatabase())
    async with await Database.open(dsn, connections=1) as db:
        found = await posts.channels(db, account, all_=True)
    return tuple(sorted(found, key=lambda each: each.state != "followed"))
