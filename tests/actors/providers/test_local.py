"""Tags without a provider."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.providers.candidates import candidates, content_words, plain, stem
from actors.providers.embedding import LocalEmbeddings
from actors.providers.local import LocalTagger, Vocabulary
from actors.providers.ports import EmbeddingsDown, Tagger
from actors.providers.tag_texts import MOST, parse
from tests.actors.providers.labelled_posts import POSTS

pytestmark = pytest.mark.anyio

FLOOR = 0.85
FLOOR_OFFLINE = 0.7

BANK = "Банк России поднял ставку. Инфляция растёт, банки ждут решения по ипотеке."


class Near:
    """A model to which one word means the same as any text, and nothing else does."""

    model = "near"
    dimension = 2

    def __init__(self, word: str) -> None:
        self._word = word
        self.asked: list[int] = []

    async def start(self) -> None: ...
    async def warm(self) -> None: ...
    async def close(self) -> None: ...

    async def embed(self, texts: Sequence[str]) -> list[tuple[float, ...]]:
        self.asked.append(len(texts))
        near, far = (1.0, 0.0), (0.0, 1.0)
        return [near, *(near if text == self._word else far for text in texts[1:])]


class Down(Near):
    """A model that does not answer."""

    async def embed(self, texts: Sequence[str]) -> list[tuple[float, ...]]:  # noqa: ARG002
        raise EmbeddingsDown("a test")


@pytest.fixture
async def model() -> AsyncIterator[LocalEmbeddings]:
    """The real model."""
    embeddings = LocalEmbeddings(load_timeout=60, call_timeout=60)
    yield embeddings
    await embeddings.close()


async def share_met(tagger: Tagger) -> float:
    """Return the share of posts that get a tag a person gave, whatever its inflection."""
    met = 0
    for channel, text, given_tags in POSTS:
        tags = await tagger.tag(text, channel)
        met += bool({_stems(tag) for tag in tags} & {_stems(tag) for tag in given_tags})
    return met / len(POSTS)


def _stems(tag: str) -> tuple[str, ...]:
    return tuple(stem(word) for word in tag.split())


async def test_tags_are_what_a_person_would_give(model: LocalEmbeddings) -> None:
    """Of thirty labelled posts 93 % get a tag that the person gave; the floor is below that."""
    assert await share_met(LocalTagger(model)) >= FLOOR


@pytest.mark.parametrize("embeddings", [None, Down("")])
async def test_no_model_is_needed(embeddings: Down | None) -> None:
    """Without embeddings, and while they are down, statistics alone find 83 %."""
    assert await share_met(LocalTagger(embeddings)) >= FLOOR_OFFLINE


async def test_a_post_gets_three_to_seven_tags() -> None:
    """A post of some sentences has enough for three tags, and no more than seven are shown."""
    tagger = LocalTagger()
    for channel, text, _ in POSTS:
        assert 3 <= len(await tagger.tag(text, channel)) <= MOST


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("", ()),
        ("и в на the of 12 345 🔥🔥", ()),
        ("https://example.com/politics @durov", ()),
        ("Политика", ("политика",)),
        ("#политика", ("политика",)),
        ("Утром кофе, вечером чай!", ("кофе", "чай")),
        ("ЦБ и ИИ", ("ии", "цб")),
        ("Зерно, зерна, зерну, зерном", ("зерно",)),
    ],
)
async def test_a_poor_text_gets_fewer(text: str, tags: tuple[str, ...]) -> None:
    """Nothing is made up: no content, no tag; an inflected word is one tag, in a form it has."""
    assert tuple(sorted(await LocalTagger().tag(text, 1))) == tags


async def test_weak_words_only_fill_up() -> None:
    """A word that weighs little is shown where there would be fewer than three, not beyond."""
    tagger = LocalTagger()
    assert len(await tagger.tag("#питон, читать, писать", 1)) == 3
    assert len(await tagger.tag("#питон, читать, писать, рисовать, гулять", 1)) == 3


async def test_the_meaning_of_the_text_decides() -> None:
    """A word that means what the text means comes first; one call holds text and candidates."""
    near = Near("ипотеке")
    tags = await LocalTagger(near).tag(BANK + " Слово" * 9 + " ".join(map(_odd, range(60))), 1)
    assert tags[0] == "ипотеке"
    assert near.asked == [32]


def _odd(number: int) -> str:
    return "щ" + "".join(chr(ord("а") + int(digit)) for digit in str(number)) * 3


async def test_what_a_channel_always_says_is_worth_less() -> None:
    """A word of every post comes behind the others in its channel, and nowhere else."""
    tagger = LocalTagger()
    for subject in ("зерно", "нефть", "газ", "золото", "медь", "уран"):
        await tagger.tag(f"Рынок: {subject}", 1)
    text = "рынок, алмазы, сталь"
    assert (await tagger.tag(text, 1))[-1] == "рынок"
    assert (await tagger.tag(text, 2))[-1] != "рынок"


async def test_a_text_has_the_same_tags_again() -> None:
    """Tagged anew, a text does not count as another one that uses its words."""
    tagger = LocalTagger()
    await tagger.tag("Инфляция, банк, рубль", 1)
    assert await tagger.tag(BANK, 1) == await tagger.tag(BANK, 1)
    vocabulary = Vocabulary()
    vocabulary.add(["рубль"], b"one")
    before = vocabulary.rarity(["банк"], b"two")
    vocabulary.add(["банк"], b"two")
    vocabulary.add(["банк"], b"two")
    assert vocabulary.rarity(["банк"], b"two") == before


async def test_memory_is_bounded() -> None:
    """Of each channel its latest texts are remembered, and the channels that were met last."""
    tagger = LocalTagger()
    for number in range(200):
        await tagger.tag(f"{_odd(number)} зерно", 1)
        await tagger.tag("зерно", 1000 + number)
    assert len(tagger._channels) == 64
    vocabulary = Vocabulary()
    for number in range(200):
        vocabulary.add([str(number), "all"], str(number).encode())
    assert len(vocabulary._texts) == 128
    assert len(vocabulary._counts) == 129
    assert vocabulary.rarity(["all"], b"") == 1
    assert vocabulary.rarity(["0"], b"") == vocabulary.rarity(["never"], b"") == 2


words = st.sampled_from("".join(text for _, text, _ in POSTS).split())
odd = st.sampled_from(["ﬀ", "İ", "a\u0301бв", "#", "щ" * 60, "ш" * 30, "ж" * 30, "unable", "to"])


@given(st.one_of(st.text(), *(st.lists(of).map(" ".join) for of in (words, odd, words | odd))))
def test_tags_are_words_of_the_text(text: str) -> None:
    """No text is too strange, what is shown stands in it, and the strict parser lets it pass."""
    readable = plain(text)
    found = candidates(readable)
    assert bool(found) == bool(content_words(readable))
    for each in found:
        assert parse(json.dumps([each.tag])) == (each.tag,)
        assert each.weight > 0
        assert set(each.tag.split()) <= {word.shown for word in content_words(readable)}
