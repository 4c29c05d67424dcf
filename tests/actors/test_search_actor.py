"""The SearchActor."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import anyio.lowlevel
import pytest

from actors.search import SearchActor
from actors.search_messages import AskRequest, SearchRequest
from runtime import ActorSystem
from tests.actors.search_models import ModelProviders, ModelStore, ModelVectors, post

pytestmark = pytest.mark.anyio

QUESTIONS = 50


class BusyProviders(ModelProviders):
    """A language model before which everybody waits."""

    @asynccontextmanager
    async def _streaming(self) -> AsyncIterator[Any]:
        await asyncio.Event().wait()
        yield None


async def test_questions_that_wait_for_a_model_keep_no_search_waiting() -> None:
    """However many people ask at once, whoever only searches is not behind them."""
    store = ModelStore(posts=[post(1, "Банк повысил ключевую ставку.")])
    providers = BusyProviders()
    async with ActorSystem("test", grace=0.2) as system:
        ref = await system.spawn(
            "search", lambda: SearchActor(store, ModelVectors(store), providers)
        )

        async def ask(number: int) -> None:
            async with ref.stream(AskRequest(account=number, question="что с ставкой?")) as pieces:
                async for _ in pieces:
                    pass

        async with anyio.create_task_group() as group:
            for number in range(1, QUESTIONS + 1):
                group.start_soon(ask, number)
            with anyio.fail_after(10):
                while not providers.prompts:
                    await anyio.lowlevel.checkpoint()
            found = await ref.ask(SearchRequest(account=7, query="ставка"), timeout=5)
            assert [hit.post.id for hit in found.hits] == [1]
            group.cancel_scope.cancel()
