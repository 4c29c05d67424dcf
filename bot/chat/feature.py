"""A part of the bot: what it understands, and the commands it answers to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiogram import Router


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One module's handlers."""

    router: Callable[[], Router]
    """Makes them anew: a router belongs to one dispatcher."""
    commands: tuple[str, ...] = ()
    """Names of commands, each described in `bot.texts.commands`."""
