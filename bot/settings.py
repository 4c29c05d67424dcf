"""The core settings, with those of the front doors."""

from __future__ import annotations

import re
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import NoDecode

from actors import settings


class Settings(settings.Settings):
    """Everything that can be set."""

    bot_token: SecretStr | None = None
    """Of the bot, from @BotFather; unset: there is no bot."""
    bot_api: str | None = Field(default=None, pattern=r"^https?://[^\s/]+")
    """The address of a Bot API server; unset: Telegram's own."""
    admins: Annotated[frozenset[int], NoDecode] = frozenset()
    """Telegram user ids of the bot's operators."""
    timezone: str = "UTC"
    """Of whoever writes to the bot for the first time, until they choose another."""

    @field_validator("bot_token")
    @classmethod
    def _as_botfather_says_it(cls, token: SecretStr | None) -> SecretStr | None:
        if token is not None and not re.fullmatch(r"\d+:[\w-]+", token.get_secret_value()):
            raise ValueError("that is no token of a bot: copy it from @BotFather as it is")
        return token

    @field_validator("timezone")
    @classmethod
    def _known(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            raise ValueError(f"{name!r} is no time zone: take a name like Europe/Moscow") from None
        return name

    @field_validator("admins", mode="before")
    @classmethod
    def _listed(cls, given: Any) -> Any:
        if not isinstance(given, str):
            return given
        found = given.replace(",", " ").split()
        if wrong := [each for each in found if not each.isdecimal() or not int(each)]:
            raise ValueError(f"{wrong[0]!r} is no Telegram user id: those are numbers from 1 on")
        return frozenset(map(int, found))


def load(**given: Any) -> Settings:
    """Read the settings; keywords that are None count as not given.

    Raises `BadSettings` naming every problem at once.
    """
    return Settings(**{name: value for name, value in given.items() if value is not None})
