"""What is embedded together, and what that comes to."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.chunks import MOST_PIECES
from actors.index_batches import (
    MOST_TEXTS,
    Piecemeal,
    collection_name,
    packed,
    points,
    shares,
    sorted_out,
)
from actors.meaning_messages import DelayWork, FinishWork
from actors.providers.outcomes import Spent
from storage.meaning_rows import WorkItem
from storage.rows import WorkRow
from tests.actors.meaning_models import THEN

NOW = datetime(2026, 5, 1, tzinfo=UTC)


def item(
    number: int,
    text: str = "текст",
    *,
    payer: int | None = None,
    poor_until: datetime | None = None,
    gone: bool = False,
    missing_in: tuple[str, ...] = ("c",),
) -> WorkItem:
    """Return claimed work."""
    row = WorkRow(
        kind="index",
        channel_id=7,
        post_id=number,
        attempts=1,
        enqueued_at=THEN,
        reason=None,
        lease=1,
    )
    return WorkItem(
        row=row,
        text=text,
        gone=gone,
        published_at=THEN,
        payer=payer,
        poor_until=poor_until,
        known=None,
        missing_in=missing_in,
    )


def post(number: int, count: int, payer: int | None = None) -> Piecemeal:
    """Return a post in so many pieces."""
    texts = tuple(f"{number}/{part}" for part in range(count))
    return Piecemeal(item=item(number, payer=payer), texts=texts)


posts = st.lists(
    st.tuples(st.integers(1, MOST_PIECES), st.none() | st.integers(1, 3)), max_size=40
).map(lambda sizes: [post(n, size, payer) for n, (size, payer) in enumerate(sizes)])


@given(posts)
def test_a_request_has_no_more_texts_than_allowed(given_: list[Piecemeal]) -> None:
    """Every post is in exactly one, in order and whole, and none could have held the next post."""
    batches = list(packed(given_))
    assert [each for batch in batches for each in batch] == given_
    sizes = [sum(len(each.texts) for each in batch) for batch in batches]
    assert all(0 < size <= MOST_TEXTS for size in sizes)
    for size, following in zip(sizes, batches[1:], strict=False):
        assert size + len(following[0].texts) > MOST_TEXTS


@given(posts)
def test_each_piece_gets_its_own_vector(given_: list[Piecemeal]) -> None:
    """By its number within its post, with the time of the post."""
    texts = [text for each in given_ for text in each.texts]
    vectors = [(float(number),) for number in range(len(texts))]
    made = list(points(given_, vectors))
    assert [f"{point.post_id}/{point.part}" for point in made] == texts
    assert [point.vector for point in made] == vectors
    assert all((point.channel_id, point.published_at) == (7, THEN) for point in made)


@given(posts.filter(bool), st.integers(0, 10_000))
def test_what_a_request_costs_is_paid_by_whose_posts_are_in_it(
    given_: list[Piecemeal], tokens: int
) -> None:
    """Each by how much of it is his, nobody less than that, and nobody for what is nobody's."""
    spent = Spent(provider="openai", model="m", prompt_tokens=tokens, completion_tokens=0)
    every = sum(len(each.texts) for each in given_)
    paid = {each.account: each.prompt_tokens for each in shares(given_, spent)}
    if tokens == 0:
        assert paid == {}
        return
    for payer in (1, 2, 3):
        own = sum(len(each.texts) for each in given_ if each.item.payer == payer)
        assert own * tokens <= paid.get(payer, 0) * every < own * tokens + every
    assert paid.keys() <= {1, 2, 3}


@given(st.text(max_size=80), st.text(max_size=80), st.integers(1, 4096))
def test_each_model_has_a_collection_of_its_own(one: str, other: str, dimension: int) -> None:
    """Its name is safe for a folder and a URL, however the model is called."""
    name = collection_name(one, dimension)
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]{0,99}", name)
    assert (name == collection_name(other, dimension)) is (one == other)
    assert name != collection_name(one, dimension + 1)


@pytest.mark.parametrize(
    ("model", "starts"),
    [
        ("use-multilingual-v3", "use-multilingual-v3-512"),
        ("EmbeddingsGigaR", "embeddingsgigar-"),
        ("text/embedding_3", "text-embedding-3-"),
        ("…", "model-"),
    ],
)
def test_a_collection_is_called_as_its_model(model: str, starts: str) -> None:
    """So that a person can tell them apart."""
    assert collection_name(model, 512).startswith(starts)
    assert collection_name(model, 512).endswith("-512")


def test_only_what_there_is_something_to_write_of_is_written() -> None:
    """What is gone, or missing nowhere, is finished; what nobody can pay waits; a blank post is
    written as one without pieces.
    """  # noqa: D205
    until = NOW + timedelta(hours=1)
    requests, left = sorted_out(
        [
            item(1),
            item(2, gone=True),
            item(3, missing_in=()),
            item(4, poor_until=until),
            item(5, " \n"),
        ],
        NOW,
        0.0,
    )
    assert [(each.row.post_id, each.texts) for each in left] == [(1, ("текст",)), (5, ())]
    delay, finish = requests
    assert isinstance(delay, DelayWork)
    assert (delay.row.post_id, delay.until, delay.failed) == (4, until, False)
    assert isinstance(finish, FinishWork)
    assert [row.post_id for row in finish.rows] == [2, 3]
