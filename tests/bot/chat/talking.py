"""How the tests talk to the bot."""

from __future__ import annotations

from typing import Final

from sandbox.botapi import Person, Shown

PERSON: Final = 8124731874
ADMIN: Final = 700

PATIENCE: Final = 20.0
"""Seconds within which the bot has answered, on a machine with much to do."""


async def told(person: Person, text: str, *words: str) -> Shown:
    """Write to the bot, and wait for what it says with these words."""
    return await said(person, *words, after=person.send(text).id)


async def said(person: Person, *words: str, after: int = 0) -> Shown:
    """Wait for a message of the bot with these words in it, as it says them now."""
    return await person.awaited(
        lambda shown: all(each in shown.text for each in words), within=PATIENCE, after=after
    )


async def pressed(person: Person, message: Shown, button: str, *words: str) -> Shown:
    """Press a button, have the press answered, and wait for that message to have these words."""
    press = person.press(message, button)
    await press.awaited(PATIENCE)
    return await person.awaited(
        lambda shown: shown.id == message.id and all(each in shown.text for each in words),
        within=PATIENCE,
    )
