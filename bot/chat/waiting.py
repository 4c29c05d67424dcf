"""What the next message of a person is awaited to be."""

from __future__ import annotations

from aiogram.fsm.state import State, StatesGroup
from aiogram.types import Message


class Awaiting(StatesGroup):
    """Lives in memory, like the login that asks for it."""

    invite = State()
    phone = State()
    code = State()
    """Comes by buttons: a message that looks like one is taken away."""
    password = State()
    timezone = State()


def is_answer(message: Message, commands: tuple[str, ...]) -> bool:
    """Whether a message may be what is awaited: a command of the bot is not."""
    name = (message.text or "").partition(" ")[0].partition("@")[0]
    return not (name.startswith("/") and name[1:].lower() in commands)
