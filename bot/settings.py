"""The core settings, with those of the front doors."""

from __future__ import annotations

from typing import Any

from actors import settings


class Settings(settings.Settings):
    """Everything that can be set."""


def load(**given: Any) -> Settings:
    """Read the settings; keywords that are None count as not given.

    Raises `BadSettings` naming every problem at once.
    """
    return Settings(**{name: value for name, value in given.items() if value is not None})
