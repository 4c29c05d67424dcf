"""Vectors, near and far: their model, their length, and what is none."""

from __future__ import annotations

import asyncio
import math

import pytest

from actors.provider_messages import DescribeEmbeddings, EmbedTexts
from actors.providers.outcomes import Embedded, Later, Priority
from actors.providers.ports import EmbeddingsDown, EmbeddingsUnknown, TooManyTexts
from sandbox.providers import (
    Busy,
    Fault,
    NotANumber,
    OtherModel,
    Providers,
    Status,
    WrongDimension,
    vector,
)
from tests.actors.providers.world import Asking, Clock, asking, gigachat, openai

pytestmark = pytest.mark.anyio


async def described(asked: Asking) -> tuple[str, int]:
    """Which model embeds, and the length of its vectors."""
    return await asked.actor.ask(DescribeEmbeddings())


async def test_this_machine_embeds_unless_told_otherwise(clock: Clock) -> None:
    """Nothing set: the local model, whose name and length are known at once."""
    async with asking(clock) as alone:
        assert await described(alone) == ("local-model", 3)
        embedded = await alone.embed("a", "b")
        assert isinstance(embedded, Embedded)
        assert embedded.vectors == ((1.0, 2.0, 3.0), (1.0, 2.0, 3.0))
        assert (embedded.spent.provider, embedded.spent.model) == ("local", "local-model")
        assert alone.local.asked == ["a", "b"]


@pytest.mark.parametrize(("model", "length"), [(None, 2560), ("Embeddings", 1024)])
async def test_gigachat_embeds(
    providers: Providers, clock: Clock, model: str | None, length: int
) -> None:
    """Its length is learned by one request, however many ask for it at once."""
    given = gigachat(providers, embeddings="gigachat", embeddings_model=model)
    async with asking(clock, **given) as far:
        told = await asyncio.gather(*(described(far) for _ in range(5)))
        assert set(told) == {(model or "EmbeddingsGigaR", length)}
        assert len([each for each in providers.gigachat.asked if each.kind == "embeddings"]) == 1
        assert far.local.asked == []


async def test_the_model_before_still_embeds_questions(providers: Providers, clock: Clock) -> None:
    """Its index answers until another is complete; it is loaded for that once, and ended."""
    given = openai(providers, embeddings="openai", embeddings_model="nomic-embed-text")
    async with asking(clock, **given) as far:
        assert far.local.started == 0
        for _ in range(2):
            told = await far.actor.ask(
                EmbedTexts(texts=("a",), priority=Priority.QUESTION, model="local-model")
            )
            assert isinstance(told, Embedded)
            assert told.vectors == ((1.0, 2.0, 3.0),)
        assert far.local.started == 1
        other = await far.actor.ask(
            EmbedTexts(texts=("a",), priority=Priority.QUESTION, model="a-third")
        )
        assert isinstance(other, Later)
        assert "a-third, which is not configured any more" in other.reason
    assert far.local.closed == 1


async def test_vectors_come_in_the_order_of_the_texts(providers: Providers, clock: Clock) -> None:
    """Each text gets its own vector, as the server has computed it."""
    given = openai(providers, embeddings="openai", embeddings_model="nomic-embed-text")
    texts = [f"post {number}" for number in range(32)]
    async with asking(clock, **given) as far:
        embedded = await far.embed(*texts)
    assert isinstance(embedded, Embedded)
    expected = tuple(tuple(vector(text, providers.openai.dimension)) for text in texts)
    assert embedded.vectors == expected


async def test_another_length_is_broken(providers: Providers, clock: Clock) -> None:
    """Once it is known that vectors have 2,560 numbers, those of 768 are not taken."""
    async with asking(clock, **gigachat(providers, embeddings="gigachat")) as far:
        assert isinstance(await far.embed("a"), Embedded)
        providers.gigachat.next(WrongDimension(768))
        ended = await far.embed("b")
        assert isinstance(ended, Later)
        assert "2560" in ended.reason
        assert isinstance(await far.embed("b"), Embedded)
        assert await described(far) == ("EmbeddingsGigaR", 2560)


@pytest.mark.parametrize("fault", [NotANumber(), Status(500), Busy(reset_in=60)], ids=repr)
async def test_what_is_no_vector_is_tried_later(
    providers: Providers, clock: Clock, fault: Fault
) -> None:
    """Numbers that are none, a server that is down or busy: nothing is invented in their place."""
    async with asking(clock, **gigachat(providers, embeddings="gigachat")) as far:
        await far.embed("a")
        providers.gigachat.always(fault)
        ended = await far.embed("b")
        assert isinstance(ended, Later)
        assert ended.blameless
        assert ended.until is not None


@pytest.mark.parametrize(("status", "blameless"), [(400, False), (413, False), (500, True)])
async def test_a_text_that_a_server_does_not_take_may_be_to_blame(
    providers: Providers, clock: Clock, status: int, blameless: bool
) -> None:
    """One too long for the model, say: it is looked for among the others, which need not wait."""
    given = openai(providers, embeddings="openai", embeddings_model="nomic-embed-text")
    async with asking(clock, **given) as asked:
        assert isinstance(await asked.embed("probe"), Embedded)
        providers.openai.always(Status(status), of="embeddings")
        ended = await asked.embed("a", "b")
        assert isinstance(ended, Later)
        assert ended.blameless is blameless


async def test_an_unknown_length_is_told_as_such(providers: Providers, clock: Clock) -> None:
    """While nobody can be asked, who asks for the length is told why, and learns it later."""
    providers.gigachat.next(Status(500), of="embeddings")
    async with asking(clock, **gigachat(providers, embeddings="gigachat")) as far:
        with pytest.raises(EmbeddingsUnknown, match="500"):
            await described(far)
        assert await described(far) == ("EmbeddingsGigaR", 2560)


async def test_an_unknown_embedding_model_stops_no_chats(
    providers: Providers, clock: Clock
) -> None:
    """A wrong name of the one model names its setting, and the other goes on."""
    given = gigachat(providers, embeddings="gigachat", embeddings_model="Nonsense")
    async with asking(clock, **given) as far:
        ended = await far.embed("a")
        assert isinstance(ended, Later)
        assert "TGACTORS_EMBEDDINGS_MODEL" in ended.reason
        await far.tag()
        outcomes = (await far.status())["gigachat"].outcomes
        assert outcomes == (("misconfigured", 1), ("ok", 1))


async def test_too_many_requests_stop_both(providers: Providers, clock: Clock) -> None:
    """A 429 is of the account: who was sent away with vectors is not asked of tags."""
    providers.gigachat.next(Busy(reset_in=60), of="embeddings")
    async with asking(clock, **gigachat(providers, embeddings="gigachat")) as far:
        assert isinstance(await far.embed("a"), Later)
        assert isinstance(await far.tag(), Later)
    assert not [each for each in providers.gigachat.asked if each.kind == "chat"]


async def test_another_embedding_model_is_told(
    providers: Providers, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """Vectors of a model that nobody asked for are noticed."""
    providers.gigachat.always(OtherModel("EmbeddingsOther"), of="embeddings")
    async with asking(clock, **gigachat(providers, embeddings="gigachat")) as far:
        await far.embed("a")
    assert "provider.other_model" in caplog.text


async def test_more_texts_than_allowed_are_refused(clock: Clock) -> None:
    """Thirty-three texts are, and none is a vector of nothing."""
    async with asking(clock) as alone:
        with pytest.raises(TooManyTexts):
            await alone.actor.ask(EmbedTexts(texts=("a",) * 33, priority=Priority.INDEX))
        embedded = await alone.embed()
        assert isinstance(embedded, Embedded)
        assert embedded.vectors == ()
        assert alone.local.asked == []


async def test_a_local_model_that_is_down_is_tried_later(clock: Clock) -> None:
    """Its trouble is an outcome like a provider's."""
    async with asking(clock) as alone:
        alone.local.fails = EmbeddingsDown("it was killed")
        ended = await alone.embed("a")
        assert isinstance(ended, Later)
        assert ended.reason == "local does not answer (it was killed)"
        assert ended.blameless


@pytest.mark.parametrize("bad", [(math.nan, 0.0, 0.0), (1.0, 2.0), ()])
async def test_a_local_vector_that_is_none(clock: Clock, bad: tuple[float, ...]) -> None:
    """NaN and other lengths are broken from this machine as from any other."""
    async with asking(clock) as alone:
        alone.local.vector = bad
        assert isinstance(await alone.embed("a"), Later)
