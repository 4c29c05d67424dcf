"""Keys: those that are accepted, those that are not, and none."""

from __future__ import annotations

from typing import Any

import pytest

from actors.providers.outcomes import Embedded, Later, Tagged
from sandbox.providers import Providers
from tests.actors.providers.world import Clock, asking, gigachat, openai, openrouter

pytestmark = pytest.mark.anyio


async def test_the_proxy_needs_no_key(providers: Providers, clock: Clock) -> None:
    """Through gpt2giga tags, answers and vectors come without any token."""
    given = {"gigachat_proxy": providers.gigachat.url, "embeddings": "gigachat"}
    async with asking(clock, **given) as proxied:
        assert isinstance(await proxied.tag(), Tagged)
        assert isinstance(await proxied.embed("a"), Embedded)
        pieces, _ = await proxied.complete()
        assert pieces
    assert {each.path.split("/")[1] for each in providers.gigachat.asked} == {"v1"}


@pytest.mark.parametrize(
    ("provider", "wrong", "setting"),
    [
        (gigachat, {"gigachat_key": "d3Jvbmc6a2V5"}, "TGACTORS_GIGACHAT_KEY"),
        (gigachat, {"gigachat_scope": "GIGACHAT_API_CORP"}, "TGACTORS_GIGACHAT_KEY"),
        (openrouter, {"openrouter_key": "sk-or-wrong"}, "TGACTORS_OPENROUTER_KEY"),
        (openai, {"openai_key": "sk-wrong"}, "TGACTORS_OPENAI_KEY"),
        (gigachat, {"gigachat_model": "Nonsense"}, "TGACTORS_GIGACHAT_MODEL"),
    ],
)
async def test_a_wrong_setting_is_named(
    providers: Providers, clock: Clock, provider: Any, wrong: dict[str, str], setting: str
) -> None:
    """Who does not accept it is left alone, and whoever looks reads which setting it is."""
    async with asking(clock, **{**provider(providers), **wrong}) as asked:
        ended = await asked.tag()
        assert isinstance(ended, Later)
        assert setting in ended.reason
        assert ended.blameless
        calls = len(providers.gigachat.asked + providers.openrouter.asked + providers.openai.asked)
        assert await asked.tag() == ended
    assert calls == len(
        providers.gigachat.asked + providers.openrouter.asked + providers.openai.asked
    )


async def test_a_key_that_is_withdrawn(providers: Providers, clock: Clock) -> None:
    """When neither the token nor another one is accepted the key is what there is to look at."""
    async with asking(clock, **gigachat(providers)) as asked:
        assert isinstance(await asked.tag(), Tagged)
        providers.gigachat.key = "another"
        providers.gigachat.expire_tokens()
        ended = await asked.tag("Другой текст про ставку")
        assert isinstance(ended, Later)
        assert "TGACTORS_GIGACHAT_KEY" in ended.reason
