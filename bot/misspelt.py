"""Settings that are none: what looks like one and sets nothing, because its name is mistyped."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from dotenv import dotenv_values

from bot.settings import Settings

_PREFIX: Final = "TGACTORS_"
_OTHERS: Final = {"TGACTORS_SECRETS"}
"""Where settings are found, which is none itself."""


def misspelt(environment: Iterable[str], file: Path = Path(".env")) -> tuple[str, ...]:
    """Say of each name that is no setting which one may be meant; empty if all are settings.

    Names are those of the environment, and those in a file `.env`, if there is one.
    """
    known = known_names()
    names = {name.upper() for name in (*environment, *_in(file))}
    wrong = sorted(name for name in names if name.startswith(_PREFIX) and name not in known)
    return tuple(_told(name, known) for name in wrong)


def known_names() -> set[str]:
    """Return the names of all settings."""
    return {_PREFIX + name.upper() for name in Settings.model_fields} | _OTHERS


def _in(file: Path) -> Iterable[str]:
    try:
        return dotenv_values(file, interpolate=False)
    except (OSError, UnicodeDecodeError):
        return ()  # what cannot be read is told by whoever loads the settings


def _told(name: str, known: set[str]) -> str:
    near = get_close_matches(name, known, 1, 0.8)
    meant = f"Did you mean {near[0]}?" if near else "See .env.example for those there are."
    return f"{name} is no setting, and sets nothing. {meant}"
