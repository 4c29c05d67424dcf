"""The providers that the settings name, in the order in which they are asked. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from actors.pacing import Limit
from actors.provider_settings import ProviderSettings
from actors.providers.allowance import limits_of
from actors.providers.failure import Setting

GIGACHAT_EMBEDDINGS = "EmbeddingsGigaR"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One provider that is configured."""

    name: str
    url: str = field(repr=False)
    key: str | None = field(default=None, repr=False)
    auth: tuple[str, str] | None = field(default=None, repr=False)
    """Where tokens are made with the key, and their scope; None: the key itself is sent."""
    ca: Path | None = None
    model: str | None
    """Who answers prompts; None: nobody."""
    embedding_model: str | None
    """Who embeds; None: nobody."""
    at_once: int
    limits: tuple[Limit, ...] = ()
    counts_streams: bool = True
    """Whether a stream's tokens are counted only if that is asked for."""
    settings: Mapping[Setting, str] = field(repr=False)
    """What people have to look at if it is misconfigured."""


def plans(settings: ProviderSettings) -> tuple[Plan, ...]:
    """Return who is configured: GigaChat first, then OpenRouter, then the OpenAI-shaped server."""
    made = (_gigachat(settings), _openrouter(settings), _openai(settings))
    return tuple(plan for plan in made if plan is not None)


def _gigachat(settings: ProviderSettings) -> Plan | None:
    proxied = settings.gigachat_proxy is not None
    if not proxied and settings.gigachat_key is None:
        return None
    looked = _names("GIGACHAT")
    if proxied:
        looked = {**looked, **dict.fromkeys(_PROXIED, "TGACTORS_GIGACHAT_PROXY")}
    embeds = settings.embeddings == "gigachat"
    return Plan(
        name="gigachat",
        url=settings.address("gigachat_proxy" if proxied else "gigachat_url"),
        key=_secret(settings.gigachat_key),
        auth=None if proxied else (settings.address("gigachat_auth_url"), settings.gigachat_scope),
        ca=None if proxied else settings.gigachat_ca,
        model=settings.gigachat_model,
        embedding_model=(settings.embeddings_model or GIGACHAT_EMBEDDINGS) if embeds else None,
        at_once=settings.gigachat_concurrency,
        counts_streams=False,
        settings=looked,
    )


def _openrouter(settings: ProviderSettings) -> Plan | None:
    if settings.openrouter_key is None:
        return None
    return Plan(
        name="openrouter",
        url=settings.address("openrouter_url"),
        key=_secret(settings.openrouter_key),
        model=settings.openrouter_model,
        embedding_model=None,
        at_once=settings.openrouter_concurrency,
        limits=limits_of(settings.openrouter_model),
        settings=_names("OPENROUTER"),
    )


def _openai(settings: ProviderSettings) -> Plan | None:
    if settings.openai_url is None:
        return None
    return Plan(
        name="openai",
        url=settings.address("openai_url"),
        key=_secret(settings.openai_key),
        model=settings.openai_model,
        embedding_model=settings.embeddings_model if settings.embeddings == "openai" else None,
        at_once=settings.openai_concurrency,
        settings=_names("OPENAI"),
    )


_PROXIED: tuple[Setting, ...] = ("key", "url", "ca")


def _names(provider: str) -> dict[Setting, str]:
    looked: tuple[Setting, ...] = ("key", "url", "ca", "model")
    names = {each: f"TGACTORS_{provider}_{each.upper()}" for each in looked}
    if provider != "GIGACHAT":
        names["ca"] = names["url"]
    return names


def _secret(key: SecretStr | None) -> str | None:
    return None if key is None else key.get_secret_value()
