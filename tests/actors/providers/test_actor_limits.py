"""One line before each account, for whoever asks for anything."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

import pytest

from actors.provider_messages import DescribeProviders, EmbedTexts, TagText
from actors.providers.account import LINE_SECONDS, Account, Service
from actors.providers.actor import ProvidersActor
from actors.providers.allowance import Allowance
from actors.providers.answering import TAG_SECONDS, tag
from actors.providers.answers import Answer
from actors.providers.deadline import Put
from actors.providers.failure import Failed
from actors.providers.outcomes import Embedded, Later, Priority, Spent, Tagged
from actors.tagger import ANSWER_SECONDS
from runtime import ActorSystem
from sandbox.providers import Busy, Providers
from tests.actors.providers.world import (
    POST,
    Clock,
    LocalModels,
    asking,
    gigachat,
    openrouter,
    settings,
    until,
)

pytestmark = pytest.mark.anyio

T = TypeVar("T")


async def test_a_plan_for_one_request_gets_one(providers: Providers, clock: Clock) -> None:
    """Tags, vectors and answers at once: no request finds another there, and all succeed."""
    providers.gigachat.at_once = 1
    async with asking(clock, **gigachat(providers, embeddings="gigachat")) as one:
        ended = await asyncio.gather(
            *(one.tag(f"{POST} {number}") for number in range(5)),
            *(one.embed(f"{POST} {number}") for number in range(5)),
            *(one.complete() for _ in range(2)),
        )
        assert all(isinstance(each, Tagged) for each in ended[:5])
        assert all(isinstance(each, Embedded) for each in ended[5:10])
        assert providers.gigachat.most_at_once == 1
        assert (await one.status())["gigachat"].outcomes == (("ok", 13),)  # and one that probed


async def test_four_are_asked_at_once_elsewhere(providers: Providers, clock: Clock) -> None:
    """OpenRouter gets four requests at a time, and the fifth when one is over."""
    hold = providers.openrouter.hold(of="chat", times=10)
    async with asking(clock, **openrouter(providers)) as asked:
        tags = [asyncio.create_task(asked.tag(f"{POST} {number}")) for number in range(10)]
        await until(lambda: providers.openrouter.most_at_once == 4)
        hold.release()
        assert all(isinstance(each, Tagged) for each in await asyncio.gather(*tags))
        assert providers.openrouter.most_at_once == 4


class Noted(Account):
    """Notes how long whoever asks would wait in the line."""

    def __init__(self, clock: Clock) -> None:
        allowance = Allowance()
        models: dict[Service, str] = {"chat": "m"}
        super().__init__("one", models, at_once=1, allowance=allowance, settings={}, now=clock)
        self.lines: list[float] = []

    async def call(
        self,
        service: Service,
        priority: Priority,
        work: Callable[[], Awaitable[T]],
        *,
        line: float = LINE_SECONDS,
    ) -> T:
        self.lines.append(line)
        return await super().call(service, priority, work, line=line)


class Tags:
    """A server that has tags for everything."""

    async def chat(self, system: str, prompt: str, most_tokens: int) -> Answer:
        del system, prompt, most_tokens
        spent = Spent(provider="", model="m", prompt_tokens=1, completion_tokens=1)
        return Answer(text='["one", "two", "three"]', filtered=False, spent=spent)

    async def stream(self, system: str, prompt: str, most_tokens: int, put: Put) -> Answer:
        del system, prompt, most_tokens, put
        raise AssertionError("nobody asks for it here")


async def test_the_tagger_does_not_leave_while_a_provider_answers(clock: Clock) -> None:
    """Who has waited longest is sent back instead: an answer nobody waits for is billed too."""
    account = Noted(clock)
    await tag(account, Tags(), POST)
    assert [line + TAG_SECONDS < ANSWER_SECONDS for line in account.lines] == [True]


async def test_who_has_waited_too_long_comes_again_soon(clock: Clock) -> None:
    """Also if another provider is busy until tomorrow: the line is shorter in half a minute."""
    account, gate = Noted(clock), asyncio.Event()
    first = asyncio.create_task(account.call("chat", Priority.TAG, gate.wait))
    await asyncio.sleep(0)
    with pytest.raises(Failed) as failed:
        await account.call("chat", Priority.TAG, gate.wait, line=0)
    assert failed.value.until == clock.now + timedelta(seconds=30)
    gate.set()
    assert await first


async def test_a_person_goes_first(providers: Providers, clock: Clock) -> None:
    """A question that comes last is answered before the tags and vectors that wait."""
    async with asking(clock, **gigachat(providers, embeddings="gigachat")) as one:
        await one.embed("probe")
        hold = providers.gigachat.hold(text_contains="first", times=1)
        waiting: list[asyncio.Task[object]] = [asyncio.create_task(one.tag("first of all posts"))]
        await asyncio.to_thread(hold.reached)
        waiting += [asyncio.create_task(one.tag(f"{POST} {number}")) for number in range(3)]
        waiting.append(asyncio.create_task(one.embed("vector", priority=Priority.INDEX)))
        waiting.append(asyncio.create_task(one.embed("question", priority=Priority.QUESTION)))
        for _ in range(5):
            await asyncio.sleep(0)  # let each take its place in the line
        hold.release()
        await asyncio.gather(*waiting)
    texts = [each.texts[-1] for each in providers.gigachat.asked if each.kind != "token"]
    order = [text for text in texts if text in ("vector", "question") or POST in text]
    assert order[:2] == ["question", "vector"]
    assert len(order) == 5


async def test_who_waits_behind_a_too_many_is_not_sent(providers: Providers, clock: Clock) -> None:
    """A 429 to the first in the line is enough: the others learn of it in their turn."""
    hold = providers.gigachat.hold(of="chat")
    providers.gigachat.always(Busy(reset_in=60), of="chat")
    async with asking(clock, **gigachat(providers)) as one:
        tags = [asyncio.create_task(one.tag(f"{POST} {number}")) for number in range(5)]
        await asyncio.to_thread(hold.reached)
        hold.release()
        ended = await asyncio.gather(*tags)
        assert {each.until for each in ended if isinstance(each, Later)} == {
            clock.now + timedelta(minutes=1)
        }
    assert len([each for each in providers.gigachat.asked if each.kind == "chat"]) == 1


async def test_who_leaves_leaves_the_others_their_token(providers: Providers, clock: Clock) -> None:
    """A token that two wait for is made though the one who asked for it gives up."""
    hold = providers.gigachat.hold(of="token")
    async with asking(clock, **gigachat(providers, gigachat_concurrency=2)) as two:
        first = asyncio.create_task(two.tag())
        await asyncio.to_thread(hold.reached)
        second = asyncio.create_task(two.tag(POST + "!"))
        for _ in range(5):
            await asyncio.sleep(0)
        first.cancel()
        await asyncio.wait([first])
        hold.release()
        assert isinstance(await second, Tagged)
    assert sum(each.kind == "token" for each in providers.gigachat.asked) == 1


async def test_tokens_are_made_once_for_all(providers: Providers, clock: Clock) -> None:
    """Ten requests that find no token wait for one."""
    async with asking(clock, **gigachat(providers, gigachat_concurrency=10)) as many:
        await asyncio.gather(*(many.tag(f"{POST} {number}") for number in range(10)))
        assert sum(each.kind == "token" for each in providers.gigachat.asked) == 1
        providers.gigachat.expire_tokens()
        tagged = await asyncio.gather(*(many.tag(f"{POST}, {number}") for number in range(10)))
        assert all(isinstance(each, Tagged) for each in tagged)
        assert sum(each.kind == "token" for each in providers.gigachat.asked) == 2


async def test_tokens_are_renewed_before_they_end(providers: Providers, clock: Clock) -> None:
    """No request is made with a token that ends within a minute."""
    async with asking(clock, **gigachat(providers)) as asked:
        await asked.tag()
        clock.move(seconds=1800 - 59)
        await asked.tag(POST + "!")
        statuses = [each.status for each in providers.gigachat.asked]
        assert 401 not in statuses
        assert sum(each.kind == "token" for each in providers.gigachat.asked) == 2


async def test_a_provider_that_hangs_keeps_nobody_else(providers: Providers, clock: Clock) -> None:
    """In an actor of its own: while a tag waits, a state is told and vectors are made."""
    hold = providers.gigachat.hold(of="chat")
    local = LocalModels()
    given = settings(**gigachat(providers))
    async with ActorSystem() as system:
        ref = await system.spawn(
            "providers", lambda: ProvidersActor(given, local=local.made, now=clock)
        )
        tag = asyncio.create_task(ref.ask(TagText(text=POST)))
        await asyncio.to_thread(hold.reached)
        embedded = await ref.ask(EmbedTexts(texts=("a",), priority=Priority.INDEX))
        assert isinstance(embedded, Embedded)
        described = await ref.ask(DescribeProviders())
        assert [each.name for each in described] == ["gigachat", "local"]
        hold.release()
        assert isinstance(await tag, Tagged)
    assert (local.started, local.closed) == (1, 1)


async def test_who_leaves_takes_his_request_along(providers: Providers, clock: Clock) -> None:
    """A caller who gives up ends his request, and the next one has the turn."""
    hold = providers.gigachat.hold(of="chat")
    async with asking(clock, **gigachat(providers)) as one:
        first = asyncio.create_task(one.tag())
        await asyncio.to_thread(hold.reached)
        second = asyncio.create_task(one.tag(POST + "!"))
        first.cancel()
        assert isinstance(await second, Tagged)
        hold.release()
