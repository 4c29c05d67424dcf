"""The settings of providers: each problem at once, each with what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import trustme

from actors.errors import BadSettings
from actors.providers.allowance import FREE_LIMITS
from actors.providers.plans import plans
from actors.settings import Settings, load
from tests.actors.providers.world import settings

GIGACHAT = {"gigachat_key": "a2V5"}
OPENROUTER = {"openrouter_key": "sk-or-1"}
OPENAI = {"openai_url": "http://localhost:11434/v1", "openai_model": "llama3.2"}


def problems(**given: Any) -> str:
    """What the settings are refused with."""
    with pytest.raises(BadSettings) as caught:
        settings(**given)
    return str(caught.value)


def test_nothing_set_is_nobody() -> None:
    """Without any setting no provider is planned, and this machine embeds."""
    assert plans(settings()) == ()
    assert settings().embeddings == "local"


def test_the_order_is_that_of_the_chain() -> None:
    """GigaChat is asked first, then OpenRouter, then the OpenAI-shaped server."""
    planned = plans(settings(**OPENAI, **OPENROUTER, **GIGACHAT))
    assert [plan.name for plan in planned] == ["gigachat", "openrouter", "openai"]


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The settings have the prefix of all others, in the environment and in `.env`."""
    monkeypatch.chdir(tmp_path)
    Path(".env").write_text("TGACTORS_GIGACHAT_CONCURRENCY=3\n", encoding="utf-8")
    monkeypatch.setenv("TGACTORS_GIGACHAT_KEY", "a2V5")
    (plan,) = plans(load())
    assert (plan.name, plan.key, plan.at_once) == ("gigachat", "a2V5", 3)


def test_gigachat_by_itself() -> None:
    """Tokens are made at the documented address, and one request at a time is sent."""
    (plan,) = plans(settings(**GIGACHAT))
    assert plan.url == "https://gigachat.devices.sberbank.ru/api/v1"
    assert plan.auth == (
        "https://ngw.devices.sberbank.ru:9443/api/v2/oauth",
        "GIGACHAT_API_PERS",
    )
    assert (plan.model, plan.embedding_model, plan.at_once) == ("GigaChat", None, 1)


def test_gigachat_through_the_proxy() -> None:
    """No key is needed and no token is made; what may be wrong is the proxy."""
    (plan,) = plans(settings(gigachat_proxy="http://gpt2giga:8090"))
    assert (plan.url, plan.key, plan.auth) == ("http://gpt2giga:8090/v1", None, None)
    assert plan.settings["key"] == plan.settings["url"] == "TGACTORS_GIGACHAT_PROXY"
    assert plan.settings["model"] == "TGACTORS_GIGACHAT_MODEL"


def test_openrouter() -> None:
    """Its free models are limited, others are not."""
    (free,) = plans(settings(**OPENROUTER))
    assert (free.url, free.limits, free.at_once) == ("https://openrouter.ai/api/v1", FREE_LIMITS, 4)
    (paid,) = plans(settings(**OPENROUTER, openrouter_model="deepseek/deepseek-chat-v3.1"))
    assert paid.limits == ()


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("http://localhost:11434", "http://localhost:11434/v1"),
        ("http://localhost:11434/", "http://localhost:11434/v1"),
        ("http://localhost:11434/v1/", "http://localhost:11434/v1"),
        ("https://host/some/where", "https://host/some/where"),
    ],
)
def test_an_address_without_a_path_gets_the_usual_one(given: str, url: str) -> None:
    """Whoever leaves out /v1 means it."""
    (plan,) = plans(settings(openai_url=given, openai_model="m"))
    assert plan.url == url


def test_embeddings_elsewhere() -> None:
    """The provider that chats embeds as well, with a model of its own."""
    (plan,) = plans(settings(**GIGACHAT, embeddings="gigachat"))
    assert plan.embedding_model == "EmbeddingsGigaR"
    openai = {"openai_url": "http://localhost/v1", "embeddings": "openai", "embeddings_model": "m"}
    (plan,) = plans(settings(**openai))
    assert (plan.model, plan.embedding_model) == (None, "m")


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({**GIGACHAT, "gigachat_proxy": "http://h:1"}, ["GIGACHAT_KEY", "GIGACHAT_PROXY"]),
        ({"gigachat_key": "с кириллицей"}, ["GIGACHAT_KEY"]),
        ({"openrouter_key": "sk or"}, ["OPENROUTER_KEY"]),
        ({"openrouter_key": "sk\nor"}, ["OPENROUTER_KEY"]),
        ({"openai_key": "sk"}, ["OPENAI_KEY", "OPENAI_URL"]),
        ({"openai_model": "m"}, ["OPENAI_MODEL", "OPENAI_URL"]),
        ({"openai_url": "http://h"}, ["OPENAI_URL", "OPENAI_MODEL"]),
        ({**OPENAI, "openai_url": "localhost:11434"}, ["OPENAI_URL"]),
        ({**OPENAI, "openai_url": "ftp://host"}, ["OPENAI_URL"]),
        ({**OPENAI, "openai_url": "http://"}, ["OPENAI_URL"]),
        ({**OPENAI, "openai_url": "http://h:99999999"}, ["OPENAI_URL"]),
        ({**OPENAI, "openai_url": "http://h/v1?key=1"}, ["OPENAI_URL"]),
        ({**OPENAI, "openai_url": "http://user:secret@h/v1"}, ["OPENAI_URL"]),
        ({"embeddings": "gigachat"}, ["EMBEDDINGS", "GIGACHAT_KEY"]),
        ({**OPENAI, "embeddings": "openai"}, ["EMBEDDINGS_MODEL"]),
        ({"embeddings": "openai"}, ["OPENAI_URL", "EMBEDDINGS_MODEL"]),
        ({"embeddings_model": "m"}, ["EMBEDDINGS_MODEL", "EMBEDDINGS"]),
        ({"embeddings": "cohere"}, ["EMBEDDINGS"]),
        ({**GIGACHAT, "gigachat_concurrency": 0}, ["GIGACHAT_CONCURRENCY"]),
        ({**GIGACHAT, "gigachat_scope": "x"}, ["GIGACHAT_SCOPE"]),
        ({**GIGACHAT, "gigachat_ca": "/no/such/file"}, ["GIGACHAT_CA"]),
        ({"tokens_per_day": 0}, ["TOKENS_PER_DAY"]),
    ],
)
def test_every_problem_is_named(given: dict[str, Any], named: list[str]) -> None:
    """What is wrong is refused by the names of its settings, and no secret is repeated."""
    told = problems(**given)
    for name in named:
        assert f"TGACTORS_{name}" in told
    assert "secret" not in told


def test_all_problems_are_named_at_once() -> None:
    """Whoever sets several things wrong reads of each of them in one message."""
    told = problems(embeddings="gigachat", openai_key="sk", tokens_per_day=0, api_id=1)
    for name in ("EMBEDDINGS", "OPENAI_URL", "TOKENS_PER_DAY", "API_HASH"):
        assert f"TGACTORS_{name}" in told


def test_a_file_without_certificates_is_refused(tmp_path: Path) -> None:
    """A file that is there and holds none is a problem, and one with some is not."""
    nothing = tmp_path / "nothing.pem"
    nothing.write_text("nothing", encoding="utf-8")
    assert "TGACTORS_GIGACHAT_CA" in problems(**GIGACHAT, gigachat_ca=nothing)
    good = tmp_path / "good.pem"
    trustme.CA().cert_pem.write_to_path(str(good))
    (plan,) = plans(settings(**GIGACHAT, gigachat_ca=good))
    assert plan.ca == good


def test_secrets_are_shown_nowhere() -> None:
    """Neither settings nor plans show a key when they are printed."""
    given = settings(gigachat_key="giga-secret", openrouter_key="or-secret", **OPENAI)
    shown = repr(given) + str(given) + repr(plans(given))
    assert "secret" not in shown


def test_verification_cannot_be_switched_off() -> None:
    """No setting of that kind exists."""
    assert not [name for name in Settings.model_fields if "verif" in name or "insecure" in name]
