"""The settings of the store of vectors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr
from pydantic_settings import BaseSettings


class VectorSettings(BaseSettings):
    """Where vectors are kept; nothing set: in the data folder."""

    qdrant_url: str | None = None
    """The address of a Qdrant server, 1.16 or newer; its port is 6333 unless it says another."""
    qdrant_key: SecretStr | None = None
    """A key of that server that may read and write, if it asks for one."""


def vector_problems(given: Mapping[str, Any]) -> list[str]:
    """Name what is wrong with the settings of vectors, each with what to do."""
    problems = []
    url, key = given.get("qdrant_url"), _plain(given.get("qdrant_key"))
    if url and not _address(str(url)):
        problems.append(
            "TGACTORS_QDRANT_URL is no address: write it as https://HOST:PORT, with the key apart "
            "in TGACTORS_QDRANT_KEY."
        )
    if key and not url:
        problems.append("TGACTORS_QDRANT_KEY needs TGACTORS_QDRANT_URL, the address of its server.")
    if key and not (key.isascii() and key.isprintable() and " " not in key):
        problems.append("TGACTORS_QDRANT_KEY is no key: copy it again, without quotes or spaces.")
    return problems


def _address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    extra = parts.query or parts.fragment or parts.username or parts.password
    return good and not extra and url.isascii() and url.isprintable() and " " not in url


def _plain(value: object) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value or "")
