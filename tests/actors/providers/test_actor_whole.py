"""The actor with the real models of this machine, on its own thread."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import pytest

from actors.provider_messages import DescribeEmbeddings, EmbedTexts, TagText
from actors.providers.actor import ProvidersActor
from actors.providers.embedding import LocalEmbeddings
from actors.providers.local import LocalTagger
from actors.providers.outcomes import Embedded, Priority, Tagged
from actors.providers.ports import Embeddings, Tagger
from runtime import ActorSystem
from tests.actors.providers.world import POST, settings

pytestmark = pytest.mark.anyio


async def test_this_machine_alone_tags_and_embeds() -> None:
    """Nothing set, the real model answers, and its process ends with the actor."""
    made: list[LocalEmbeddings] = []

    def models() -> tuple[Embeddings, Tagger]:
        made.append(LocalEmbeddings())
        return made[-1], LocalTagger(made[-1])

    async with ActorSystem() as system:
        actor = await system.spawn(
            "providers",
            lambda: ProvidersActor(settings(), local=models, now=lambda: datetime.now(UTC)),
        )
        assert await actor.ask(DescribeEmbeddings()) == ("use-multilingual-v3", 512)
        tagged = await actor.ask(TagText(text=POST))
        embedded = await actor.ask(EmbedTexts(texts=(POST, ""), priority=Priority.INDEX))
        pid = made[0].pid
        assert pid is not None
    assert isinstance(tagged, Tagged)
    assert "ставка" in " ".join(tagged.tags)
    assert isinstance(embedded, Embedded)
    assert [len(vector) for vector in embedded.vectors] == [512, 512]
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
