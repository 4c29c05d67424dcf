"""What both kinds of store promise."""

from __future__ import annotations

import math

import pytest

from storage.vectors.errors import (
    CollectionMisnamed,
    CollectionMissing,
    NotNumbers,
    QueryNotNumbers,
    VectorsClosed,
    WrongDimension,
)
from storage.vectors.port import Scope, VectorStore
from tests.storage.vectors.samples import point, posts, scope

pytestmark = pytest.mark.anyio

EVERYTHING = scope(1, 2, 3)
EAST, NORTH, UP = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)


@pytest.fixture(autouse=True)
async def epoch(store: VectorStore) -> str:
    """The epoch of the collection `c` of three numbers."""
    return await store.ensure("c", 3)


async def test_a_collection_keeps_its_epoch(store: VectorStore, epoch: str) -> None:
    """However often it is ensured, it is the same one, and another one has another epoch."""
    assert epoch
    assert await store.ensure("c", 3) == epoch
    assert await store.ensure("d", 3) != epoch
    assert await store.collections() == ("c", "d")


async def test_a_collection_made_anew_has_another_epoch(store: VectorStore, epoch: str) -> None:
    """S16: dropped, it is gone with its points; made again, it is not the one it was."""
    await store.upsert("c", [point(1, 1)])
    await store.drop("c")
    assert await store.collections() == ()
    with pytest.raises(CollectionMissing):
        await store.count("c")
    assert await store.ensure("c", 3) != epoch
    assert await store.count("c") == 0


async def test_dropping_what_is_not_there_is_harmless(store: VectorStore) -> None:
    """There is nothing to refuse: it is gone."""
    await store.drop("nothing")
    assert await store.collections() == ("c",)


async def test_a_name_that_would_not_do_is_refused(store: VectorStore) -> None:
    """No name leads out of the store's own folder or address."""
    for name in ("..", "a/b", ".hidden"):
        for asked in (store.ensure(name, 3), store.drop(name), store.count(name)):
            with pytest.raises(CollectionMisnamed):
                await asked


async def test_a_model_of_another_dimension_is_refused(store: VectorStore) -> None:
    """D14: neither the collection nor a point nor a question takes numbers of another model."""
    refused = []
    for asked in (
        store.ensure("c", 4),
        store.upsert("c", [point(1, 1, (1.0, 0.0, 0.0, 0.0))]),
        store.nearest("c", (1.0, 0.0, 0.0, 0.0), EVERYTHING, 1),
    ):
        with pytest.raises(WrongDimension) as refusal:
            await asked
        refused.append((refusal.value.collection, refusal.value.expected, refusal.value.found))
    assert refused == [("c", 3, 4)] * 3
    assert await store.count("c") == 0


async def test_what_is_no_number_is_refused_and_nothing_written(store: VectorStore) -> None:
    """The engine would take it, and every search would suffer."""
    for bad in (math.nan, math.inf, -math.inf, 1e30):
        with pytest.raises(NotNumbers) as refused:
            await store.upsert("c", [point(1, 1), point(2, 7, (0.0, bad, 0.0))])
        assert (refused.value.channel, refused.value.post) == (2, 7)
        with pytest.raises(QueryNotNumbers):
            await store.nearest("c", (0.0, bad, 0.0), EVERYTHING, 1)
    assert await store.count("c") == 0


async def test_posts_are_counted_and_listed_without_their_pieces(store: VectorStore) -> None:
    """A post of three pieces is one post."""
    await store.upsert("c", [point(1, 5, part=part) for part in range(3)])
    await store.upsert("c", [point(1, 6), point(2, 5)])
    assert await store.count("c") == 3
    assert (await store.count("c", 1), await store.count("c", 2)) == (2, 1)
    assert await store.posts("c", 1) == {5, 6}
    assert await store.posts("c", 3) == frozenset()


async def test_every_post_of_a_large_channel_is_listed(store: VectorStore) -> None:
    """However many pages that takes."""
    await store.upsert("c", [point(1, post) for post in range(1, 2502)])
    assert await store.posts("c", 1) == set(range(1, 2502))


async def test_writing_twice_is_harmless(store: VectorStore) -> None:
    """A point that is written again is the same point, with what was written last."""
    await store.upsert("c", [point(1, 5, EAST)])
    await store.upsert("c", [point(1, 5, UP)])
    assert await store.count("c") == 1
    assert await store.vector("c", 1, 5) == UP


async def test_replacing_removes_the_pieces_a_post_has_no_more(store: VectorStore) -> None:
    """Of three pieces, two are replaced and the third goes; of other posts nothing changes."""
    await store.upsert("c", [point(1, 5, EAST, part=part) for part in range(3)])
    await store.upsert("c", [point(1, 6, EAST, part=part) for part in range(3)])
    await store.upsert("c", [point(2, 5, EAST), point(1, 7, EAST)])
    await store.replace("c", [(1, 5), (1, 7)], [point(1, 5, NORTH), point(1, 5, NORTH, part=1)])
    near_east = await store.nearest("c", EAST, EVERYTHING, 10)
    assert sorted(posts(near_east)) == [(1, 5), (1, 6), (2, 5)]
    assert {(each.post_id, each.score) for each in near_east} == {(6, 1.0), (5, 1.0), (5, 0.0)}
    assert await store.posts("c", 1) == {5, 6}


async def test_removed_posts_are_gone_with_every_piece(store: VectorStore) -> None:
    """By post and by channel; a post of the same id in another channel stays."""
    for channel in (1, 2, 3):
        await store.upsert("c", [point(channel, 5, part=part) for part in range(2)])
    await store.remove("c", [(1, 5), (9, 9)])
    assert posts(await store.nearest("c", EAST, EVERYTHING, 10)) == [(2, 5), (3, 5)]
    await store.remove_channel("c", 3)
    assert posts(await store.nearest("c", EAST, EVERYTHING, 10)) == [(2, 5)]


async def test_the_vector_of_a_post_is_its_first_piece(store: VectorStore) -> None:
    """As it is compared: of length one. None for a post that is not there."""
    await store.upsert("c", [point(1, 5, UP, part=1), point(1, 5, (0.0, 3.0, 4.0))])
    assert await store.vector("c", 1, 5) == pytest.approx((0.0, 0.6, 0.8))
    assert await store.vector("c", 1, 6) is None


async def test_the_nearest_comes_first_and_each_post_once(store: VectorStore) -> None:
    """By its best piece, however many pieces of one post are nearer than any other post."""
    crowd = [point(1, 1, (1.0, 0.001 * part, 0.0), part=part) for part in range(40)]
    await store.upsert("c", [*crowd, point(1, 2, (1.0, 1.0, 0.0)), point(2, 3, (-1.0, 0.0, 0.0))])
    found = await store.nearest("c", EAST, EVERYTHING, 2)
    assert posts(found) == [(1, 1), (1, 2)]
    assert [each.score for each in found] == pytest.approx([1.0, 0.5**0.5])
    assert [each.score for each in await store.nearest("c", EAST, EVERYTHING, 9)][2] == -1.0
    assert await store.nearest("c", EAST, EVERYTHING, 0) == ()


async def test_a_scope_shows_its_channels_from_an_id_on(store: VectorStore) -> None:
    """What the database does not let somebody see is not found, and no channel means nothing."""
    await store.upsert("c", [point(channel, id_) for channel in (1, 2, 3) for id_ in (5, 6)])
    seen = Scope(channels=((1, 0), (2, 5)))
    assert posts(await store.nearest("c", EAST, seen, 10)) == [(1, 5), (1, 6), (2, 6)]
    assert await store.nearest("c", EAST, Scope(channels=()), 10) == ()
    assert await store.nearest("c", EAST, scope(9), 10) == ()


async def test_a_store_that_answers_has_nothing_to_say(store: VectorStore) -> None:
    """A check of a store that works raises nothing."""
    await store.check()


async def test_closed_it_refuses(store: VectorStore) -> None:
    """Closing twice is harmless, and whoever asks afterwards is told."""
    await store.close()
    await store.close()
    for asked in (
        store.count("c"),
        store.ensure("c", 3),
        store.upsert("c", [point(1, 1)]),
        store.collections(),
        store.drop("c"),
    ):
        with pytest.raises(VectorsClosed):
            await asked
