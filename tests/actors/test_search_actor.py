"""The SearchActor."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import anyio
import anyio.lowlevel
import pytest

from actors.digester import Digester
from actors.search import SearchActor
from actors.search_messages import AskRequest, DigestRequest, SearchRequest
from runtime import ActorSystem
from tests.actors.search_models import THEN, ModelProviders, ModelStore, ModelVectors, post

pytestmark = pytest.mark.anyio

QUESTIONS = 50


class BusyProviders(ModelProviders):
    """A language model before which everybody waits."""

    @asynccontextmanager
    async def _streaming(self) -> AsyncIterator[Any]:
        await asyncio.Event().wait()
        yield None


class HalfProviders(ModelProviders):
    """A language model that answers once, and then lets everybody wait."""

    @asynccontextmanager
    async def _streaming(self) -> AsyncIterator[Any]:
        if len(self.prompts) > 1:
            await asyncio.Event().wait()
        async with super()._streaming() as pieces:
            yield pieces


async def test_a_digest_that_nobody_waits_for_is_paid_for() -> None:
    """As far as it was made: else asking again and again would cost nobody anything."""
    store = ModelStore(
        posts=[
            post(1, "Банк повысил ключевую ставку.", "банк"),
            post(2, "Сборная выиграла матч.", "спорт"),
        ]
    )
    providers = HalfProviders(pieces=("Так [1].",))
    request = DigestRequest(
        account=7, since=THEN, until=THEN + timedelta(days=1), topics=("банк", "спорт")
    )
    async with anyio.create_task_group() as group:
        group.start_soon(Digester(store, providers).digest, request)
        with anyio.fail_after(10):
            while len(providers.prompts) < 2:
                await anyio.lowlevel.checkpoint()
        for _ in range(10):
            await anyio.lowlevel.checkpoint()
        group.cancel_scope.cancel()
    assert [(each.account, each.purpose) for each in store.spent] == [(7, "digest")]


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
