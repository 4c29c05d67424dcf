"""Who writes to the bot for the first time."""

from __future__ import annotations

import pytest

from actors.house import House
from bot.chat.arrivals import Arrivals
from tests.bot.chat.talking import PERSON

pytestmark = pytest.mark.anyio

MOSCOW = "Europe/Moscow"


async def test_whoever_is_new_gets_the_time_zone_of_the_service(house: House) -> None:
    """From the first answer on."""
    visitor = await Arrivals(house, MOSCOW).visit(PERSON, "Mia", "en")
    assert (visitor.timezone, visitor.name) == (MOSCOW, "Mia")
    assert await house.visitor(PERSON) == visitor


async def test_a_choice_is_kept(house: House) -> None:
    """Who has chosen UTC keeps it, with the next message and after a restart of the bot."""
    arrivals = Arrivals(house, MOSCOW)
    await arrivals.visit(PERSON, "Mia", "en")
    await house.user(PERSON).choose(timezone="UTC")
    assert (await arrivals.visit(PERSON, "Mia", "en")).timezone == "UTC"
    assert (await Arrivals(house, MOSCOW).visit(PERSON, "Mia", "en")).timezone == "UTC"


async def test_whoever_was_forgotten_is_new_again(house: House) -> None:
    """Nothing is left of them, so their time is told by the service's zone as at first."""
    arrivals = Arrivals(house, MOSCOW)
    await arrivals.visit(PERSON, "Mia", "en")
    await house.user(PERSON).forget()
    assert (await arrivals.visit(PERSON, "Mia", "en")).timezone == MOSCOW
