"""The core settings, with those of the front doors."""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import NoDecode

from actors import settings

_LOOPBACK = "127.0.0.1"
_LEAST = 16  # characters of a token


class Settings(settings.Settings):
    """Everything that can be set."""

    bot_token: SecretStr | None = None
    """Of the bot, from @BotFather; unset: there is no bot."""
    bot_api: str | None = Field(default=None, pattern=r"^https?://[^\s/]+")
    """The address of a Bot API server; unset: Telegram's own."""
    admins: Annotated[frozenset[int], NoDecode] = frozenset()
    """Telegram user ids of the bot's operators."""
    http_host: str = _LOOPBACK
    """Where HTTP is served; anything but a loopback address needs `http_token`."""
    http_port: int = Field(default=8010, ge=0, le=65535)
    """0 takes a free one."""
    http_token: SecretStr | None = None
    """The operator's bearer token; unset: only the command line of the same user is the operator.
    """
    http_rate: float = Field(default=20.0, ge=0, le=100_000)
    """Requests a second of each token, or of each address without one; 0: any number."""
    http_public_url: str | None = None
    """Where people's browsers find what is served, for links to the login page; unset: the bot
    offers none.
    """
    timezone: str = "UTC"
    """Of whoever writes to the bot for the first time, until they choose another."""

    @classmethod
    def _apart(cls, given: dict[str, Any]) -> list[str]:
        problems = super()._apart(given)
        host = str(given.get("http_host") or _LOOPBACK)
        if not _is_loopback(host) and not given.get("http_token"):
            problems.append(
                f"TGACTORS_HTTP_HOST is {host}, where others get at it, and needs "
                "TGACTORS_HTTP_TOKEN: make one with `openssl rand -hex 32`."
            )
        return problems

    @field_validator("bot_token")
    @classmethod
    def _as_botfather_says_it(cls, token: SecretStr | None) -> SecretStr | None:
        if token is not None and not re.fullmatch(r"\d+:[\w-]+", token.get_secret_value()):
            raise ValueError("that is no token of a bot: copy it from @BotFather as it is")
        return token

    @field_validator("http_token")
    @classmethod
    def _not_to_be_guessed(cls, token: SecretStr | None) -> SecretStr | None:
        if token is not None and len(token.get_secret_value()) < _LEAST:
            raise ValueError(
                f"that has {len(token.get_secret_value())} characters, and {_LEAST} are the least: "
                "make one with `openssl rand -hex 32`"
            )
        return token

    @field_validator("http_public_url")
    @classmethod
    def _for_browsers(cls, url: str | None) -> str | None:
        found = urlsplit(url or "")
        if url is not None and (
            not found.hostname or found.query or found.fragment or "@" in found.netloc
        ):
            raise ValueError(f"{url!r} is no address: it looks like https://reader.example")
        if url is None or found.scheme == "https":
            return url
        if found.scheme == "http" and _is_loopback(found.hostname or ""):
            return url
        raise ValueError(
            "people type passwords there: it has to be https, or a loopback address with http"
        )

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


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
