"""The settings of language models and embeddings."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings

_URLS = {
    "gigachat_url": "/api/v1",
    "gigachat_auth_url": "/api/v2/oauth",
    "gigachat_proxy": "/v1",
    "openrouter_url": "/api/v1",
    "openai_url": "/v1",
}
"""What is an address, and the path that one without a path gets."""

_KEYS = ("gigachat_key", "openrouter_key", "openai_key")


class ProviderSettings(BaseSettings):
    """Who tags, answers and embeds; nothing set: this machine alone."""

    gigachat_key: SecretStr | None = None
    """The authorization key of GigaChat itself."""
    gigachat_scope: Literal["GIGACHAT_API_PERS", "GIGACHAT_API_B2B", "GIGACHAT_API_CORP"] = (
        "GIGACHAT_API_PERS"
    )
    gigachat_url: str = "https://gigachat.devices.sberbank.ru/api/v1"
    gigachat_auth_url: str = "https://ngw.devices.sberbank.ru:9443/api/v2/oauth"
    gigachat_model: str = "GigaChat"
    gigachat_ca: Path | None = None
    """A file with the certificates that GigaChat's are issued by."""
    gigachat_proxy: str | None = None
    """The address of a gpt2giga, in place of the key."""
    gigachat_concurrency: int = Field(default=1, ge=1, le=100)
    """Requests in flight; personal plans allow one."""
    openrouter_key: SecretStr | None = None
    openrouter_url: str = "https://openrouter.ai/api/v1"
    openrouter_model: str = "deepseek/deepseek-chat-v3.1:free"
    openrouter_concurrency: int = Field(default=4, ge=1, le=100)
    openai_url: str | None = None
    """Any server of the OpenAI dialect: Ollama, vLLM, OpenAI."""
    openai_key: SecretStr | None = None
    openai_model: str | None = None
    openai_concurrency: int = Field(default=4, ge=1, le=100)
    embeddings: Literal["local", "gigachat", "openai"] = "local"
    """Who turns texts into vectors."""
    embeddings_model: str | None = None
    """With which model, if not on this machine; GigaChat's is EmbeddingsGigaR."""
    tokens_per_day: int | None = Field(default=None, ge=1)
    """After how many tokens an account is left alone until the next day in UTC begins."""

    def address(self, name: str) -> str:
        """Return one of the addresses as requests are sent to it."""
        url = str(getattr(self, name)).rstrip("/")
        return url if urlsplit(url).path else url + _URLS[name]


def provider_problems(given: Mapping[str, Any]) -> list[str]:
    """Name what is wrong with the settings of providers, each with what to do."""
    problems = [problem for name in _URLS if (problem := _address(name, given.get(name)))]
    problems += [problem for name in _KEYS if (problem := _key(name, given.get(name)))]
    problems += _apart(given)
    problems += _embeddings(given)
    if given.get("gigachat_ca"):
        problems += _certificates(Path(str(given["gigachat_ca"])))
    return problems


def _address(name: str, value: object) -> str | None:
    if not value:
        return None
    setting = f"TGACTORS_{name.upper()}"
    try:
        parts = urlsplit(str(value))
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good, parts = False, urlsplit("")
    if not good or parts.query or parts.fragment or not str(value).isprintable():
        return f"{setting} is no address: write it as https://HOST:PORT/PATH."
    if parts.username is not None or parts.password is not None:
        return f"{setting} holds a user or password: set the key apart from the address."
    return None


def _key(name: str, value: object) -> str | None:
    key = _plain(value)
    if key and not (key.isascii() and key.isprintable() and " " not in key):
        return f"TGACTORS_{name.upper()} is no key: copy it again, without quotes or spaces."
    return None


def _apart(given: Mapping[str, Any]) -> list[str]:
    problems = []
    if given.get("gigachat_key") and given.get("gigachat_proxy"):
        problems.append(
            "TGACTORS_GIGACHAT_KEY and TGACTORS_GIGACHAT_PROXY exclude each other: the proxy has "
            "the key. Set one."
        )
    if not given.get("openai_url"):
        problems += [
            f"TGACTORS_{name.upper()} needs TGACTORS_OPENAI_URL, the address of its server."
            for name in ("openai_key", "openai_model")
            if given.get(name)
        ]
    elif not given.get("openai_model") and given.get("embeddings") != "openai":
        problems.append(
            "TGACTORS_OPENAI_URL needs TGACTORS_OPENAI_MODEL, or TGACTORS_EMBEDDINGS=openai: "
            "otherwise nothing would be asked of it."
        )
    return problems


def _embeddings(given: Mapping[str, Any]) -> list[str]:
    match given.get("embeddings"):
        case "gigachat" if not (given.get("gigachat_key") or given.get("gigachat_proxy")):
            needed = "TGACTORS_GIGACHAT_KEY or TGACTORS_GIGACHAT_PROXY"
            return [f"TGACTORS_EMBEDDINGS=gigachat needs {needed}."]
        case "openai":
            return [
                f"TGACTORS_EMBEDDINGS=openai needs TGACTORS_{name.upper()}."
                for name in ("openai_url", "embeddings_model")
                if not given.get(name)
            ]
        case None | "" | "local" if given.get("embeddings_model"):
            unused = "TGACTORS_EMBEDDINGS_MODEL is not used by the model on this machine"
            return [f"{unused}: leave it out, or set TGACTORS_EMBEDDINGS."]
    return []


def _certificates(path: Path) -> list[str]:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path.expanduser())
    except (OSError, ValueError):
        todo = "name a file in PEM with those of the Russian national CA"
        return [f"TGACTORS_GIGACHAT_CA: {path} holds no certificates: {todo}."]
    return []


def _plain(value: object) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value or "")
