"""The core settings, read once at the edge."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal, Self
from uuid import UUID

from pydantic import (
    Field,
    ModelWrapValidatorHandler,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
)

from actors.addresses import sandbox_address
from actors.errors import BadSettings, BadTelegramAddress
from actors.provider_settings import ProviderSettings, provider_problems
from actors.vector_settings import VectorSettings, vector_problems

OWN_SANDBOX = "sandbox"
"""In place of an address: the one that a service brings along."""
_PREFIX = "TGACTORS_"
_SECRETS = "/run/secrets"
"""Where containers find their secrets, unless TGACTORS_SECRETS names another folder."""


class Settings(ProviderSettings, VectorSettings):
    """Everything that can be set: by keywords, the environment, `.env` and secrets, in that order.

    A secret is a file with a setting's name in the folder that TGACTORS_SECRETS names.
    """

    model_config = SettingsConfigDict(
        env_ignore_empty=True,
        env_prefix=_PREFIX,
        env_file=".env",
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    data: Path = Path("data")
    """The data folder."""
    telegram: str | None = None
    """sandbox://HOST:PORT for a sandbox; unset for Telegram itself.

    The word sandbox is for `tgactors serve`, which brings one of its own.
    """
    api_id: int | None = Field(default=None, gt=0)
    api_hash: SecretStr | None = None
    database_url: SecretStr | None = None
    """A Postgres server; unset for the embedded one in the data folder."""
    accept_store: UUID | None = None
    """The number of a database that is meant, though the data folder belongs to another one."""
    idle: float = Field(default=600.0, gt=0)
    """Seconds without work after which an account's client is closed, until it is needed."""
    session_keys: SecretStr = Field(default=SecretStr(""))
    """Keys that seal sessions, newest first, separated by commas or spaces."""
    free_space_mb: int = Field(default=200, ge=0)
    """Free space below which nothing is read into the data folder, in megabytes."""
    registration: Literal["closed", "open"] = "closed"
    """Whether somebody new needs an invite where people come by themselves: bot and HTTP."""
    retention_days: int | None = Field(default=None, ge=1, le=36500)
    """For how many days the service keeps posts; unset: for ever, or as it is told."""
    channels_per_account: int | None = Field(default=None, ge=1)
    """How many channels an account may follow, if its invite does not say; unset: any number."""
    live: bool = False
    """Whether accounts stay connected and are read as soon as something is published."""
    workers: bool = True
    """Whether posts are tagged and indexed by this process."""
    lease_ttl: float = Field(default=12.0, ge=0.5, le=600)
    """Seconds after which another process may open the accounts of one that says nothing."""
    lease_margin: float = Field(default=2.5, ge=0.1)
    """Seconds of these in which the silent one stops by itself."""

    @model_validator(mode="wrap")
    @classmethod
    def _all_problems(cls, given: Any, check: ModelWrapValidatorHandler[Self]) -> Self:
        """Name the fields that are wrong and those that miss each other, all at once."""
        apart = cls._apart(given)
        try:
            settings = check(given)
        except ValidationError as error:
            raise BadSettings(" ".join([*map(_problem, error.errors()), *apart])) from None
        if apart:
            raise BadSettings(" ".join(apart))
        return settings

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Look for secrets only where there are any."""
        del file_secret_settings
        given = (init_settings, env_settings, dotenv_settings)
        folder = Path(os.environ.get("TGACTORS_SECRETS") or _SECRETS)
        if not folder.is_dir():
            return given
        return (*given, SecretsSettingsSource(settings_cls, folder))

    @classmethod
    def _apart(cls, given: dict[str, Any]) -> list[str]:
        """Name settings that belong together and are not."""
        return _apart(given)

    @field_validator("data")
    @classmethod
    def _at_home(cls, data: Path) -> Path:
        return data.expanduser()

    @property
    def keys(self) -> tuple[str, ...]:
        """The session keys, newest first; empty for the key file in the data folder."""
        return tuple(_words(self.session_keys))

    @property
    def api(self) -> tuple[int, str] | None:
        """Telegram's API id and hash, if both are set."""
        if self.api_id is None or self.api_hash is None:
            return None
        return self.api_id, self.api_hash.get_secret_value()

    @property
    def dsn(self) -> str | None:
        """The address of the Postgres server, if one is set."""
        return None if self.database_url is None else self.database_url.get_secret_value()


def load(**given: Any) -> Settings:
    """Read the settings; keywords that are None count as not given.

    Raises `BadSettings` naming every problem at once, and `TypeError` for what is no setting.
    """
    if unknown := given.keys() - Settings.model_fields.keys():
        raise TypeError(f"there is no setting {', '.join(sorted(unknown))}: see .env.example")
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except UnicodeDecodeError:
        raise BadSettings(".env is not a text in UTF-8: save it as one.") from None


def _apart(given: dict[str, Any]) -> list[str]:
    """Name settings that belong together and are not."""
    problems = []
    if bool(given.get("api_id")) != bool(given.get("api_hash")):
        problems.append(
            "TGACTORS_API_ID and TGACTORS_API_HASH belong together: set both, or neither."
        )
    if given.get("telegram") not in {None, "", OWN_SANDBOX}:
        try:
            sandbox_address(str(given["telegram"]))
        except BadTelegramAddress as bad:
            problems.append(f"TGACTORS_TELEGRAM: {bad}")
    if given.get("database_url") and not _words(given.get("session_keys")):
        problems.append(
            "TGACTORS_DATABASE_URL needs TGACTORS_SESSION_KEYS, so that sessions in that "
            "database can be opened again: make a key with `tgactors keys new` and keep it safe."
        )
    return problems + provider_problems(given) + vector_problems(given)


def _words(keys: object) -> list[str]:
    text = keys.get_secret_value() if isinstance(keys, SecretStr) else str(keys or "")
    return text.replace(",", " ").split()


def _problem(error: Any) -> str:
    name = _PREFIX + str(error["loc"][0]).upper()
    return f"{name}: {error['msg'].removeprefix('Value error, ')}."
