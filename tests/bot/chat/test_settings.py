"""/settings, end to end."""

from __future__ import annotations

import pytest

import actors
from actors.house import House
from bot.chat.settings import ZONES, spelt
from sandbox import Sandbox
from sandbox.botapi import Person
from storage.database import Database
from storage.occurrences import zone_of
from tests.bot.chat.talking import PATIENCE, pressed, said, told

pytestmark = pytest.mark.anyio


async def test_the_language_is_chosen_and_stays(mia: Person) -> None:
    """From the tap on everything is Russian, though Telegram's app is English; and back again."""
    menu = await told(mia, "/settings", "Language: English, as in Telegram")
    await pressed(mia, menu, "Language", "Language")
    await pressed(mia, menu, "Русский", "Язык: Русский\n")
    await told(mia, "/help", "Что я умею")
    await pressed(mia, menu, "Язык", "Язык")
    await pressed(mia, menu, "Как в Telegram", "Language: English, as in Telegram")
    await told(mia, "/help", "What I can do")


async def test_a_time_zone_is_chosen_by_button(house: House, mia: Person) -> None:
    """It is kept, and the menu tells the time there."""
    menu = await told(mia, "/settings", "Time zone: UTC")
    await pressed(mia, menu, "Time zone", "Choose your time zone")
    await pressed(mia, menu, "Europe/Moscow", "Time zone: Europe/Moscow (now ")
    visitor = await house.visitor(mia.id)
    assert visitor is not None
    assert visitor.timezone == "Europe/Moscow"


async def test_a_time_zone_is_typed_and_may_be_typed_again(mia: Person) -> None:
    """One that there is not is explained; small letters and blanks are taken."""
    menu = await told(mia, "/settings", "Time zone: UTC")
    await pressed(mia, menu, "Time zone", "Choose your time zone")
    await pressed(mia, menu, "Another one…", "Send the name of your time zone")
    await told(mia, "Middle/Earth", "There is no such time zone.")
    await told(mia, "america/new york", "Time zone: America/New_York")
    await told(mia, "asia/tokyo", "I did not understand that")


async def test_how_often_is_read_is_chosen(known: int, dsn: str, mia: Person) -> None:
    """The account's interval is kept and shown, any other too; the default can be gone back to."""
    menu = await told(mia, "/settings", "Settings", "Your channels are read every 30 minutes")
    for label, seconds in (("every 2 hours", 7200), ("every 30 minutes", 1800)):
        await pressed(mia, menu, "How often I read", "How often shall")
        chosen = f"Your channels are read {label} from now on."
        await pressed(mia, menu, label, f"Your channels are read {label}\n", chosen)
        async with await Database.open(dsn, connections=1) as db:
            query = "SELECT every FROM accounts WHERE id = $1"
            assert await db.fetch_value(query, known) == seconds
    for seconds, label in ((30, "every 30 seconds"), (90, "every 1.5 minutes")):
        async with await Database.open(dsn, connections=1) as db:
            await db.execute("UPDATE accounts SET every = $1 WHERE id = $2", seconds, known)
        await told(mia, "/settings", f"Your channels are read {label}")


async def test_how_often_is_chosen_by_those_who_are_read(mia: Person) -> None:
    """Somebody who never logged in is shown the way in."""
    menu = await told(mia, "/settings", "Settings")
    await pressed(mia, menu, "How often I read", "How often shall")
    shown = await pressed(mia, menu, "once a day", "Log in first")
    assert shown.keyboard == (("Log in",),)


async def test_a_session_elsewhere_is_seen_and_ended(
    known: int, telegram: Sandbox, mia: Person
) -> None:
    """Only after a question; the bot's own has no button."""
    telegram.mint(known)
    menu = await told(mia, "/settings", "Settings")
    listed = await pressed(mia, menu, "Devices", "Your account is logged in here:", "(this bot)")
    assert len(listed.keyboard) == 1
    (other,) = listed.keyboard[0]
    await pressed(mia, menu, other, "It is logged out over there at once.")
    assert len(await actors.user(known).authorisations()) == 2
    ended = await pressed(mia, menu, "Yes, do it", "That session is ended.")
    assert ended.keyboard == ()
    assert len(await actors.user(known).authorisations()) == 1


async def test_devices_of_somebody_unknown_are_not_asked_for(mia: Person) -> None:
    """There is no account to ask Telegram about: the way in is shown."""
    menu = await told(mia, "/settings", "Settings")
    await mia.press(menu, "Devices").awaited(PATIENCE)
    shown = await said(mia, "Log in, please")
    assert shown.keyboard == (("Log in",),)


def test_every_zone_on_a_button_exists() -> None:
    """The names are the IANA's, as this machine has them."""
    assert [str(zone_of(name)) for name in ZONES] == list(ZONES)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("europe/moscow", "Europe/Moscow"),
        (" America/new york ", "America/New_York"),
        ("utc", "UTC"),
        ("Moscow", "Moscow"),
        ("../etc/passwd", "../etc/passwd"),
    ],
)
def test_a_time_zone_is_found_however_it_is_spelt(typed: str, name: str) -> None:
    """Case and blanks do not matter; what is not known is left for the refusal to name."""
    assert spelt(typed) == name
