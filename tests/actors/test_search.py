"""Finding, answering and summing up, with models of what they ask."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from actors.answerer import NOTHING, Answerer
from actors.digester import Digester
from actors.finder import Finder
from actors.meaning_messages import LoadCollections
from actors.providers.outcomes import Completed, Completion, Later, NoProvider, Refused
from actors.search_messages import AskRequest, DigestRequest, SearchRequest, SimilarRequest
from actors.search_values import Answer, Digest, Found
from runtime import ActorStopped
from storage.errors import DatabaseBusy
from storage.vectors.errors import CollectionMissing
from tests.actors.search_models import SPENT, THEN, ModelProviders, ModelStore, ModelVectors, post

pytestmark = pytest.mark.anyio

RATES = post(1, "Банк повысил ключевую ставку до семнадцати процентов.", "банк", "ставка")
SPORT = post(2, "Футбольный матч закончился вничью.", "спорт")
BAKED = post(3, "Рецепт пирога с яблоками и корицей.", "рецепты")
SECRET = post(9, "Банк повысил ключевую ставку, но это тайна.", "банк", channel=2)


def store(**given: object) -> ModelStore:
    """Make a store in which others see a secret."""
    made = ModelStore(posts=[RATES, SPORT, BAKED], hidden=[SECRET])
    for name, value in given.items():
        setattr(made, name, value)
    return made


async def search(
    kept: ModelStore,
    query: str,
    providers: ModelProviders | None = None,
    vectors: ModelVectors | None = None,
    **given: object,
) -> Found:
    """Search, and return what was found."""
    finder = Finder(kept, vectors or ModelVectors(kept), providers or ModelProviders())
    return await finder.find(SearchRequest(account=7, query=query, **given))  # type: ignore[arg-type]


def ids(found: Found) -> list[int]:
    """Return the ids of what was found."""
    return [hit.post.id for hit in found.hits]


async def test_words_and_meaning_are_fused() -> None:
    """What both ways name comes first, and says by which it was found."""
    found = await search(store(), "ключевая ставка")
    assert ids(found)[0] == 1
    assert found.hits[0].by_words
    assert (found.hits[0].similarity or 0) > 0.5
    assert found.trouble is None


async def test_what_the_account_may_not_see_is_never_found() -> None:
    """Though its vector is the nearest of all, the store does not show it."""
    for query in ("Банк повысил ключевую ставку, но это тайна", "тайна"):
        assert 9 not in ids(await search(store(), query))


async def test_what_is_hidden_takes_no_place_among_what_is_found() -> None:
    """Though forty hidden posts are nearer, as many as are wanted are found, the nearest first."""
    hidden = [post(100 + each, "абвгдежз", channel=2) for each in range(40)]
    seen = [post(10 + each, "зжедгвба" + "у" * (each + 1)) for each in range(4)]
    assert ids(await search(store(posts=seen, hidden=hidden), "абвгдежз", limit=3)) == [10, 11, 12]


async def test_a_slip_is_corrected_and_told() -> None:
    """A word that occurs nowhere is taken for the nearest, and the person is told."""
    found = await search(store(), "ключивую")
    assert found.corrected == "ключевую"
    assert ids(found)[0] == 1


async def test_a_correction_that_finds_nothing_is_none() -> None:
    """No post has both words after it: the meaning of what was typed is searched for."""
    found = await search(store(), "матчи ставкам пирагу")
    assert found.corrected is None
    assert found.query == "матчи ставкам пирагу"
    assert ids(found)


async def test_most_of_the_words_find_where_none_has_all() -> None:
    """A post with the weightier part is found by words, slips and endings forgiven; marked too."""
    found = await search(store(), "яблоки коррицей грядка")
    assert [hit.post.id for hit in found.hits if hit.by_words] == [3]
    snippet = found.hits[0].snippet
    assert [snippet.text[start:end] for start, end in snippet.marks] == ["яблоками", "корицей"]


async def test_less_than_most_of_the_words_is_not_enough() -> None:
    """One word of three finds nothing by words."""
    found = await search(store(), "яблоками грядка парник")
    assert not any(hit.by_words for hit in found.hits)


async def test_tags_narrow_both_ways() -> None:
    """With a tag asked for, nothing without it is found, however near it is."""
    assert ids(await search(store(), "Футбольный матч", tags=("рецепты",))) == [3]


@pytest.mark.parametrize("broken", ["model", "vectors", "index"])
async def test_words_are_searched_when_meaning_cannot_be(broken: str) -> None:
    """Without a model, without vectors, without an index words still find, and it is said."""
    kept = store(model="" if broken == "index" else "letters")
    vectors = ModelVectors(kept, ActorStopped("vectors") if broken == "vectors" else None)
    later = Later(reason="gigachat is down.", until=None, blameless=True)
    providers = ModelProviders(embedding=later if broken == "model" else None)
    found = await search(kept, "ставку", providers, vectors)
    assert ids(found) == [1]
    assert "ords were searched for" in (found.trouble or "")


class SwitchedStore(ModelStore):
    """A store whose answering collection changes; it counts who asks which one it is."""

    name = "letters"
    asked = 0

    async def ask(self, request: Any, *, timeout: float = 30) -> Any:
        """Answer as the store does."""
        answer = await super().ask(request, timeout=timeout)
        if isinstance(request, LoadCollections):
            self.asked += 1
            return tuple(replace(each, name=self.name) for each in answer)
        return answer


class SwitchedVectors(ModelVectors):
    """Vectors of the one collection that answers now."""

    async def ask(self, request: Any, *, timeout: float = 30) -> Any:
        """Refuse whoever asks for another collection."""
        assert isinstance(self.store, SwitchedStore)
        if request.collection != self.store.name:
            raise CollectionMissing(request.collection)
        return await super().ask(request, timeout=timeout)


async def test_a_switch_of_collections_costs_no_answer() -> None:
    """Which one answers is kept in mind, until it is gone: then the other is searched at once."""
    kept = SwitchedStore(posts=[RATES, SPORT])
    finder = Finder(kept, SwitchedVectors(kept), ModelProviders())
    request = SearchRequest(account=7, query="ставка")
    for _ in range(3):
        await finder.find(request)
    assert kept.asked == 1
    kept.name = "other"
    found = await finder.find(request)
    assert found.trouble is None
    assert found.hits[0].similarity is not None
    assert kept.asked == 2


async def test_the_meaning_of_what_was_meant_is_searched_for() -> None:
    """A slip that is corrected is corrected for both ways."""
    found = await search(store(), "ффутбольный мматч")
    assert found.corrected == "футбольный матч"
    assert found.hits[0].similarity == pytest.approx(
        (await search(store(), "футбольный матч")).hits[0].similarity
    )


async def test_a_store_that_fails_is_no_empty_answer() -> None:
    """What keeps words from being found is raised as it is, not in a group and not as nothing."""
    with pytest.raises(DatabaseBusy):
        await search(store(failing=DatabaseBusy("here", 1)), "ставка")


async def test_similar_posts_are_others() -> None:
    """A post is not like itself, and nothing is like what the account may not see."""
    kept = store()
    finder = Finder(kept, ModelVectors(kept), ModelProviders())
    near = await finder.similar(SimilarRequest(account=7, channel=1, post=1))
    assert {hit.post.id for hit in near} == {2, 3}
    assert await finder.similar(SimilarRequest(account=7, channel=2, post=9)) == ()


async def ask(
    kept: ModelStore, providers: ModelProviders, question: str = "что с ключевой ставкой?"
) -> tuple[Answer, list[str]]:
    """Ask, and return the answer and what was shown meanwhile."""
    shown: list[str] = []

    async def show(text: str) -> None:
        shown.append(text)

    finder = Finder(kept, ModelVectors(kept), providers)
    request = AskRequest(account=7, question=question)
    return await Answerer(kept, providers, finder).answer(request, show), shown


async def test_a_model_answers_and_its_sources_were_there() -> None:
    """The text is streamed, citations of nothing are gone, and the tokens are counted."""
    kept = store()
    answer, shown = await ask(kept, ModelProviders(pieces=("Семнадцать [", "1]", " [77].")))
    assert answer.text == "".join(shown).strip() == "Семнадцать [1] ."
    assert answer.manner == "model"
    assert [source.number for source in answer.sources if source.cited] == [1]
    assert answer.sources[0].post.id == 1
    assert [(spent.account, spent.purpose) for spent in kept.spent] == [(7, "ask")]


async def test_every_source_was_before_the_model() -> None:
    """The posts of the prompt are the sources, by number, and no secret is among them."""
    providers = ModelProviders(pieces=("So [1].",))
    answer, _ = await ask(store(), providers)
    prompt = providers.prompts[0].prompt
    assert [int(n) for n in re.findall(r"(?m)^\[(\d+)\]$", prompt)] == [
        source.number for source in answer.sources
    ]
    for source in answer.sources:
        assert source.post.text in prompt
    assert "тайна" not in prompt


@pytest.mark.parametrize(
    ("outcome", "why"),
    [
        (NoProvider(), None),
        (Later(reason="gigachat: 500.", until=None, blameless=True), "gigachat: 500."),
        (Refused(reason="They refuse."), "They refuse."),
    ],
)
async def test_without_a_model_the_posts_speak(outcome: Completion, why: str | None) -> None:
    """The answer is made of sentences with their sources, and it says why."""
    answer, _ = await ask(store(), ModelProviders(outcome=outcome))
    assert answer.manner == "extract"
    assert answer.text.startswith("Банк повысил ключевую ставку до семнадцати процентов. [1]")
    assert answer.trouble == (None if why is None else f"No model has answered: {why}")


@pytest.mark.parametrize(
    "outcome",
    [
        Later(reason="nonsense", until=None, blameless=False, spent=(SPENT,)),
        Refused(reason="They refuse.", spent=(SPENT,)),
        Completed(text="  ", spent=SPENT),
    ],
)
async def test_answers_of_no_use_are_paid_for(outcome: Completion) -> None:
    """By who has asked, for an answer as for a digest's topic: providers bill them as well."""
    kept = store()
    await ask(kept, ModelProviders(outcome=outcome))
    assert [each.purpose for each in kept.spent] == ["ask"]
    told = ModelStore(posts=STORIES)
    request = DigestRequest(account=7, since=THEN, until=THEN + timedelta(days=1))
    await Digester(told, ModelProviders(outcome=outcome)).digest(request)
    assert {each.purpose for each in told.spent} == {"digest"}


async def test_a_model_that_breaks_off_is_replaced() -> None:
    """Half an answer is no answer: the posts' own sentences are returned instead."""
    providers = ModelProviders(pieces=("Half an",), failing=ActorStopped("providers"))
    answer, shown = await ask(store(), providers)
    assert shown == ["Half an"]
    assert answer.manner == "extract"
    assert "Half" not in answer.text


async def test_who_has_no_tokens_left_is_told_when() -> None:
    """No model is asked, and the answer says from when on one is."""
    providers = ModelProviders(pieces=("So [1].",))
    answer, _ = await ask(store(poor=THEN), providers)
    assert providers.prompts == []
    assert "00:00 UTC" in (answer.trouble or "")


async def test_nothing_found_is_said() -> None:
    """With nothing to answer from, no model is asked to invent something."""
    kept = ModelStore(posts=[], hidden=[SECRET])
    providers = ModelProviders(pieces=("Invented.",))
    answer, _ = await ask(kept, providers)
    assert (answer.manner, answer.text, answer.sources) == ("nothing", NOTHING, ())
    assert providers.prompts == []


STORIES = [
    post(1, "Центральный банк повысил ключевую ставку до семнадцати процентов", "экономика"),
    post(2, "⚡ Центральный банк повысил ключевую ставку до семнадцати процентов!", "экономика"),
    post(3, "Курс рубля вырос к доллару на полтора процента за день торгов", "экономика"),
    post(4, "Сборная выиграла золото на чемпионате мира по биатлону", "спорт"),
    post(5, "Ещё не отмечено", state="pending"),
]


async def digest(providers: ModelProviders, **given: object) -> Digest:
    """Sum up all stories."""
    request = DigestRequest(account=7, since=THEN, until=THEN + timedelta(days=1), **given)  # type: ignore[arg-type]
    return await Digester(ModelStore(posts=STORIES), providers).digest(request)


async def test_a_digest_folds_and_groups() -> None:
    """Near-duplicates are one line with a count; topics are tags; everything is counted."""
    made = await digest(ModelProviders(outcome=NoProvider()))
    assert [(topic.topic, topic.posts, len(topic.lines)) for topic in made.topics] == [
        ("экономика", 3, 2),
        (None, 2, 2),
    ]
    first = made.topics[0].lines[0]
    assert (first.post.id, [other.id for other in first.also]) == (1, [2])
    assert [line.number for topic in made.topics for line in topic.lines] == [1, 2, 3, 4]
    assert (made.posts, made.untagged, made.trouble) == (5, 1, None)


async def test_summaries_cite_the_digests_lines() -> None:
    """A model numbers a topic's posts from one; the digest's own numbers are shown."""
    made = await digest(
        ModelProviders(pieces=("Both [1] and [2], not [9].",)), topics=("рубль", "ставка", "золото")
    )
    assert [topic.summary for topic in made.topics] == [
        "Both [1] and , not .",
        "Both [2] and , not .",
        "Both [3] and , not .",
    ]
    assert made.model == "a-model"


async def test_a_failed_provider_costs_the_summaries_only() -> None:
    """All lines are there, and the digest says that it was not summed up, and why."""
    later = Later(reason="openrouter: 429.", until=None, blameless=True)
    made = await digest(ModelProviders(outcome=later))
    assert sum(len(topic.lines) for topic in made.topics) == 4
    assert made.topics[0].summary is None
    assert made.trouble == "Not every topic was summed up: openrouter: 429."


async def test_an_album_that_begins_hidden_tells_nothing() -> None:
    """Who may see only its end finds nothing that is like the whole of it."""
    kept = store()
    shown = replace(RATES, post=replace(RATES.post, id=5))
    kept.shown = {(1, 1): shown}
    finder = Finder(kept, ModelVectors(kept), ModelProviders())
    assert await finder.similar(SimilarRequest(account=7, channel=1, post=1)) == ()
