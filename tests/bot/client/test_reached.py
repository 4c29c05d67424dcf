"""Which house a command gets: a service's, or its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any

import pytest

from bot.house import reached
from storage.errors import HouseLocked

pytestmark = pytest.mark.anyio


class Folder:
    """A data folder in which services are found one look after the other, or none."""

    def __init__(self, *found: str | None, locked: bool = False) -> None:
        self._found = list(found)
        self._locked = locked
        self.inside: list[str] = []

    @asynccontextmanager
    async def look(self) -> AsyncIterator[Any]:
        """Look for a service."""
        async with self._entered(self._found.pop(0)) as house:
            yield house

    @asynccontextmanager
    async def own(self) -> AsyncIterator[Any]:
        """Open it oneself."""
        if self._locked:
            raise HouseLocked(7, "data")
        async with self._entered("own") as house:
            yield house

    @asynccontextmanager
    async def _entered(self, house: str | None) -> AsyncIterator[str | None]:
        if house is None:
            yield None
            return
        self.inside.append(house)
        yield house
        self.inside.remove(house)


async def got(folder: Folder) -> object:
    """Return the house that a command gets; it is left again."""
    own: AbstractAsyncContextManager[Any] = folder.own()
    async with AsyncExitStack() as opened:
        house: object = await reached(opened, folder.look, own)
        assert folder.inside == [house]
    assert folder.inside == []
    return house


async def test_a_service_is_asked_where_one_runs() -> None:
    """Nothing is opened beside it."""
    assert await got(Folder("service", locked=True)) == "service"


async def test_without_one_a_command_opens_the_house_itself() -> None:
    """One look is enough."""
    assert await got(Folder(None)) == "own"


async def test_a_service_that_begins_meanwhile_is_asked() -> None:
    """Whoever finds the folder locked looks once more."""
    assert await got(Folder(None, "service", locked=True)) == "service"


async def test_a_folder_of_another_program_is_refused() -> None:
    """Who has it and is no service is named, as ever."""
    with pytest.raises(HouseLocked, match="process 7"):
        await got(Folder(None, None, locked=True))
