"""The house as commands open it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from actors.house import House
    from bot.client.house import RemoteHouse

AnyHouse: TypeAlias = "House | RemoteHouse"
"""A house of this process, or that of a service: commands use what both offer."""


@asynccontextmanager
async def open_house(
    *,
    data: str | Path | None = None,
    telegram: str | None = None,
    writes: bool = False,
    schedule: bool = False,
    live: bool | None = None,
) -> AsyncIterator[AnyHouse]:
    """Reach the house of the service that runs on the data folder, or open it here if none does.

    Raises `HouseLocked` if another program has the folder, and what `own_house` raises.
    """
    from bot import settings  # noqa: PLC0415  `tgactors --help` must not wait for these
    from bot.client.look import served  # noqa: PLC0415

    found = settings.load(data=data, telegram=telegram)
    own = own_house(data=data, telegram=telegram, writes=writes, schedule=schedule, live=live)
    async with AsyncExitStack() as opened:
        yield await reached(opened, lambda: served(found, live=live), own)


async def reached(
    opened: AsyncExitStack,
    look: Callable[[], AbstractAsyncContextManager[RemoteHouse | None]],
    own: AbstractAsyncContextManager[House],
) -> AnyHouse:
    """Enter the house that a look finds, or one's own; another look follows if that is locked."""
    from storage.errors import HouseLocked  # noqa: PLC0415

    house = await opened.enter_async_context(look())
    if house is not None:
        return house
    try:
        return await opened.enter_async_context(own)
    except HouseLocked:  # by a service that has begun meanwhile?
        house = await opened.enter_async_context(look())
        if house is None:
            raise
        return house


@asynccontextmanager
async def own_house(
    *,
    data: str | Path | None = None,
    telegram: str | None = None,
    writes: bool = False,
    schedule: bool = False,
    live: bool | None = None,
    more: Mapping[str, Any] = MappingProxyType({}),
) -> AsyncIterator[House]:
    """Open the house as `actors.open` does, for a command that stores something or only looks.

    What was stored is tagged and indexed meanwhile, but not by one that only looks. `more` are
    further settings, by their names in small letters.
    Raises `NoSpace` before anything is opened, if the command writes and room is short.
    """
    import actors  # noqa: PLC0415  `tgactors --help` must not wait for these
    from bot import settings  # noqa: PLC0415
    from bot.space import check_space  # noqa: PLC0415

    found = settings.load(data=data, telegram=telegram)
    if writes and found.dsn is None:  # a server of one's own looks after its own disk
        check_space(found.data, found.free_space_mb)
    opened = actors.open(
        data=data,
        telegram=telegram,
        schedule=schedule,
        live=live,
        workers=None if writes or schedule else False,
        **more,
    )
    async with opened as house:
        yield house
