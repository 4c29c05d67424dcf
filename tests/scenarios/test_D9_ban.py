"""D9: who is banned does not unban himself by anything he can do."""

from __future__ import annotations

import contextlib
import inspect
from datetime import UTC, datetime, time
from typing import Any

import pytest

import actors
from actors.people import User
from sandbox import Channel, Sandbox
from storage.database import Database
from tests.scenarios.conftest import PERSON
from tests.scenarios.reading import admit, opened, tick
from tests.scenarios.witness import until

pytestmark = pytest.mark.anyio

GIVEN: dict[str, Any] = {
    "str": "x",
    "int": 1,
    "int | None": 1,
    "int | str": 1,
    "float | None": 3600.0,
    "time": time(9),
}
"""What a method is given for what it needs, by its type."""

REFUSALS = (actors.Refusal, actors.ActorError, actors.StorageError, ValueError)
"""What a person's methods may answer to senseless values."""

LAST = ("logout", "forget")
"""What leaves little for the others to do."""


def methods() -> list[str]:
    """Whatever a person can do, the most thorough last."""
    found = [name for name, _ in inspect.getmembers(User, callable) if not name.startswith("_")]
    return [*(name for name in found if name not in LAST), *LAST]


async def use(user: User, name: str) -> None:
    """Call one method of a person's with senseless values; what it refuses is refused."""
    method = getattr(user, name)
    needed = [
        GIVEN[each.annotation]
        for each in inspect.signature(method).parameters.values()
        if each.default is inspect.Parameter.empty
    ]
    with contextlib.suppress(*REFUSALS):
        if inspect.isasyncgenfunction(method):
            steps = method(*needed)
            await anext(steps)
            await steps.aclose()
        else:
            answer = method(*needed)
            if inspect.isawaitable(answer):
                await answer


async def test_D9_nothing_that_people_can_do_unbans(
    sandbox: Sandbox, settings: dict[str, str]
) -> None:
    """Every method of a person, and all that the bot does when one comes, leaves, or comes back.

    A new method of `User` is tried here by itself, or fails here until GIVEN knows its types.
    """
    async with opened(settings) as house:
        await admit(house, sandbox, PERSON)
        await house.visit(PERSON, "Вера", "ru")
        assert await house.ban(PERSON, by=1, reason="spam")
        for name in methods():
            await use(house.user(PERSON), name)
            assert not await house.ban(PERSON, by=1, reason="spam"), name
        await house.blocked(PERSON)
        await house.unblocked(PERSON)
        await admit(house, sandbox, PERSON)
        assert (await house.visit(PERSON, "Вера", "en")).banned_at is not None
        assert await house.unban(PERSON)
        assert (await house.visit(PERSON, "Вера", "en")).banned_at is None


async def test_D9_nothing_is_read_for_the_banned_but_what_the_operator_asks_for(
    sandbox: Sandbox, settings: dict[str, str], channels: list[Channel], dsn: str
) -> None:
    """The schedule passes them by from the ban on, live or not; a parse by hand goes on.

    Wherever the ban was set: of another process's a schedule learns when it looks.
    """
    async with (
        await Database.open(dsn, connections=1) as db,
        opened(settings, schedule=True, live=True) as house,
    ):
        await admit(house, sandbox, PERSON)
        sandbox.publish(channels[0].id, "before")

        async def read() -> bool:
            await tick(house)
            return len(await house.user(PERSON).posts()) == 1

        await until(read, within=45)
        await house.ban(PERSON, by=None, reason="")
        names = [each.name for each in house.statistics().actors]
        assert f"account-{PERSON}" not in names
        sandbox.publish(channels[0].id, "after")
        await db.execute("UPDATE channels SET next_at = NULL")
        await db.execute("UPDATE accounts SET confirm_at = NULL")
        since = datetime.now(UTC)
        await tick(house)
        await tick(house)
        late = "SELECT count(*) FROM channels WHERE taken_by IS NOT NULL OR read_at > $1"
        assert await db.fetch_value(late, since) == 0
        assert await db.fetch_value("SELECT count(*) FROM accounts WHERE holder IS NOT NULL") == 0
        assert (await house.user(PERSON).parse()).added == 1
        await tick(house)
        assert f"account-{PERSON}" in [each.name for each in house.statistics().actors]
        await house.unban(PERSON)
        await tick(house)
        await db.execute("INSERT INTO bans (account, reason) VALUES ($1, '')", PERSON)
        await tick(house)
        assert f"account-{PERSON}" not in [each.name for each in house.statistics().actors]
