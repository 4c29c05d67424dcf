"""A disk that fills while the house is open."""

from __future__ import annotations

from pathlib import Path

import pytest

import actors
from sandbox import Channel, Sandbox
from storage.errors import NoSpace
from tests.scenarios.conftest import PERSON
from tests.scenarios.reading import HISTORY, admit, count, newest_call, tick

pytestmark = pytest.mark.anyio

FLOOR = "TGACTORS_FREE_SPACE_MB"


async def test_without_room_nothing_is_read_and_with_it_all_is(
    sandbox: Sandbox,
    channels: list[Channel],
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A parse is refused with what to do, the schedule asks Telegram for no history, the operator
    is told once each time; nothing is lost.
    """  # noqa: D205
    sandbox.publish(channels[0].id, "a post")
    monkeypatch.setenv(FLOOR, "999999999")
    async with actors.open(data=folder / "data", telegram=sandbox.address) as house:
        await admit(house, sandbox, PERSON)
        with pytest.raises(NoSpace, match=FLOOR):
            await actors.user(PERSON).parse()
        assert await actors.user(PERSON).posts() == ()
        assert (await actors.user(PERSON).status()).state == "READY"
    before = newest_call(sandbox)
    scheduled = actors.open(data=folder / "data", telegram=sandbox.address, schedule=True)
    async with scheduled as house:
        for _ in range(2):
            with pytest.raises(NoSpace):
                await tick(house)
        assert count(sandbox, HISTORY, since=before) == 0
        assert [each.kind for each in await house.notices()] == ["no_space"] * 2
    monkeypatch.setenv(FLOOR, "0")
    async with actors.open(data=folder / "data", telegram=sandbox.address):
        assert (await actors.user(PERSON).parse()).added == 1
