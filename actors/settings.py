"""The core settings, read once at the edge."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self

from pydantic import (
    Field,
    ModelWrapValidatorHandler,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from actors.errors import BadSettings

_PREFIX = "TGACTORS_"
_MAKE_A_KEY = 'python -c "from storage.sessions import new_key; print(new_key())"'


class Settings(BaseSettings):
    """Everything that can be set, from keywords, the environment and `.env`, in that order."""

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
    """sandbox://HOST:PORT for a sandbox; unset for Telegram itself."""
    api_id: int | None = None
    api_hash: SecretStr | None = None
    database_url: SecretStr | None = None
    """A Postgres server; unset for the embedded one in the data folder."""
    idle: float = Field(default=600.0, gt=0)
    """Seconds without work after which an account's client is closed, until it is needed."""
    session_keys: SecretStr = Field(default=SecretStr(""))
    """Keys that seal sessions, newest first, separated by commas or spaces."""

    @model_validator(mode="wrap")
    @classmethod
    def _all_problems(cls, given: Any, check: ModelWrapValidatorHandler[Self]) -> Self:
        """Name the fields that are wrong and those that miss each other, all at once."""
        apart = _apart(given)
        try:
            settings = check(given)
        except ValidationError as error:
            raise BadSettings(" ".join([*map(_problem, error.errors()), *apart])) from None
        if apart:
            raise BadSettings(" ".join(apart))
        return settings

    @property
    def keys(self) -> tuple[str, ...]:
        """The session keys, newest first; empty for the key file in the data folder."""
        return tuple(self.session_keys.get_secret_value().replace(",", " ").split())

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

    Raises `BadSettings` naming every problem at once.
    """
    return Settings(**{name: value for name, value in given.items() if value is not None})


def _apart(given: dict[str, Any]) -> list[str]:
    """Name settings that belong together and are not."""
    problems = []
    if bool(given.get("api_id")) != bool(given.get("api_hash")):
        problems.append(
            "TGACTORS_API_ID and TGACTORS_API_HASH belong together: set both, or neither."
        )
    if given.get("database_url") and not given.get("session_keys"):
        problems.append(
            "TGACTORS_DATABASE_URL needs TGACTORS_SESSION_KEYS, so that sessions in that "
            f"database can be opened again: make a key with `{_MAKE_A_KEY}` and keep it safe."
        )
    return problems


def _problem(error: Any) -> str:
    name = _PREFIX + str(error["loc"][0]).upper()
    return f"{name}: {error['msg']}."
