"""Streamed answers to prompts."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from actors.provider_messages import Complete
from actors.providers.actor import ProvidersActor
from actors.providers.outcomes import Completed, Later, NoProvider, Priority, Refused
from runtime import ActorSystem
from runtime.testing import PATIENCE
from sandbox.providers import (
    Busy,
    Cut,
    Empty,
    ErrorInside,
    Fault,
    Illegal,
    Providers,
    Refusal,
    Says,
    Status,
)
from tests.actors.providers.world import (
    Asking,
    Clock,
    LocalModels,
    asking,
    chats,
    gigachat,
    openai,
    settings,
)

pytestmark = pytest.mark.anyio


async def test_an_answer_comes_in_pieces(providers: Providers, chain: Asking) -> None:
    """The pieces are the whole answer, and it tells what it has cost."""
    pieces, completed = await chain.complete()
    assert isinstance(completed, Completed)
    assert len(pieces) > 1
    assert "".join(pieces) == completed.text
    assert "[1]" in completed.text
    assert completed.spent.provider == "gigachat"
    assert completed.spent.completion_tokens > 0
    assert providers.gigachat.asked[-1].is_streamed


async def test_servers_that_count_streams_only_when_asked(
    providers: Providers, clock: Clock
) -> None:
    """An OpenAI-shaped server is asked to count, and does."""
    async with asking(clock, **openai(providers)) as asked:
        _, completed = await asked.complete()
    assert isinstance(completed, Completed)
    assert completed.spent.prompt_tokens > 0


async def test_nobody_to_answer(clock: Clock) -> None:
    """Without a language model who asks must do without one."""
    async with asking(clock) as alone:
        assert await alone.complete() == ([], NoProvider())


@pytest.mark.parametrize(
    "fault",
    [Illegal(), Empty(), Cut("nothing"), Status(500), Busy(), Status(402), Refusal()],
    ids=repr,
)
async def test_the_next_provider_answers_from_the_beginning(
    providers: Providers, chain: Asking, fault: Fault
) -> None:
    """A provider that has said nothing of use is replaced, and its words are in no piece."""
    providers.gigachat.always(fault, of="chat")
    pieces, completed = await chain.complete()
    assert isinstance(completed, Completed)
    assert completed.spent.provider == "openrouter"
    assert "".join(pieces) == completed.text


@pytest.mark.parametrize("fault", [ErrorInside(502), ErrorInside(429)], ids=repr)
async def test_half_an_answer_is_not_continued_by_another(
    providers: Providers, chain: Asking, fault: Fault
) -> None:
    """What was read cannot be taken back, so the reader is told that it was not the whole."""
    providers.gigachat.always(fault, of="chat")
    pieces, ended = await chain.complete()
    assert pieces != []
    assert isinstance(ended, Later)
    assert chats(providers) == (1, 0)


async def test_a_stream_that_is_cut(providers: Providers, chain: Asking) -> None:
    """An answer that breaks off is no answer, however much of it has come."""
    providers.gigachat.always(Cut("half"), of="chat")
    providers.openrouter.always(Cut("half"), of="chat")
    _, ended = await chain.complete()
    assert isinstance(ended, Later)
    assert ended.blameless


@pytest.mark.parametrize("finish", [None, "stop"])
async def test_all_refuse(providers: Providers, chain: Asking, finish: str | None) -> None:
    """By a content filter or in so many words: not a letter of it is taken for an answer."""
    providers.gigachat.always(Refusal(finish_reason=finish))
    providers.openrouter.always(Refusal(finish_reason=finish))
    pieces, ended = await chain.complete()
    assert pieces == []
    assert isinstance(ended, Refused)


async def test_an_answer_that_begins_like_a_refusal(providers: Providers, chain: Asking) -> None:
    """What may become a refusal is held back, and handed over when it does not."""
    providers.gigachat.always(Says("К сожалению, я не нашёл этого в источниках."))
    pieces, completed = await chain.complete()
    assert isinstance(completed, Completed)
    assert "".join(pieces) == completed.text == "К сожалению, я не нашёл этого в источниках."


async def test_an_answer_as_short_as_a_refusal_s_beginning(
    providers: Providers, chain: Asking
) -> None:
    """What was held back to its end is handed over then."""
    providers.gigachat.always(Says("К сожалению"))
    pieces, completed = await chain.complete()
    assert isinstance(completed, Completed)
    assert "".join(pieces) == completed.text == "К сожалению"


@pytest.mark.parametrize("text", ["\ud800 одинокий суррогат", "nul \x00 и \u2028", "я" * 100_000])
async def test_no_text_does_any_harm(chain: Asking, text: str) -> None:
    """Text that has no UTF-8, that ends lines or is long is sent all the same."""
    _, completed = await chain.complete(text)
    assert isinstance(completed, Completed)


async def test_all_pieces_arrive_elsewhere(providers: Providers, clock: Clock) -> None:
    """Read from another thread than the actor's, the pieces are the whole answer."""
    words = " ".join(str(number) for number in range(400))
    providers.gigachat.always(Says(words))
    request = Complete(system="s", prompt="p", priority=Priority.QUESTION)
    given = settings(**gigachat(providers))
    local = LocalModels()
    async with ActorSystem() as system:
        ref = await system.spawn(
            "providers", lambda: ProvidersActor(given, local=local.made, now=clock)
        )
        stream = ref.stream(request, timeout=PATIENCE)
        pieces = [piece async for piece in stream]
        assert isinstance(stream.result, Completed)
        assert "".join(pieces) == stream.result.text == words


async def test_a_reader_who_leaves_ends_the_request(providers: Providers, clock: Clock) -> None:
    """Who breaks off frees the turn: the next question is answered."""
    hold = providers.gigachat.hold(of="chat", midway=True)
    request = Complete(system="s", prompt="p", priority=Priority.QUESTION)
    given = settings(**gigachat(providers))
    local = LocalModels()
    async with ActorSystem() as system:
        ref = await system.spawn(
            "providers", lambda: ProvidersActor(given, local=local.made, now=clock)
        )
        async with ref.stream(request, timeout=PATIENCE) as first:
            await anext(first)
            await asyncio.to_thread(hold.reached)
        async with ref.stream(request, timeout=PATIENCE) as second:
            pieces = [piece async for piece in second]
        hold.release()
        assert isinstance(second.result, Completed)
        assert pieces


async def test_busy_in_the_middle_pauses(providers: Providers, chain: Asking, clock: Clock) -> None:
    """A 429 inside a stream is one: the provider is left alone."""
    providers.gigachat.always(ErrorInside(429), of="chat")
    await chain.complete()
    status = (await chain.status())["gigachat"]
    assert status.open_at == clock.now + timedelta(seconds=30)
