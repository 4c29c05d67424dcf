"""Posts as columns, and back."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import posts
from storage.columns import columns, stored_post
from storage.content import Caption, Content, Media, Origin
from storage.database import Database
from storage.rows import Batch, PostRow
from tests.storage.conftest import Own
from tests.storage.found import EPOCH, message, seen, worded

NAMES = (
    "id", "published_at", "edited_at", "text", "html", "author", "reply_to", "album", "parts",
    "captions", "media", "forward", "links", "views", "forwards", "reactions", "comments",
    "protected",
)  # fmt: skip
WHOLE = PostRow(
    channel_id=7,
    id=5,
    published_at=EPOCH,
    edited_at=EPOCH + timedelta(hours=1),
    content=Content(
        text='Привет, "мир"\n\nдва',
        html='<b>Привет</b>, "мир"\n\nдва',
        author="Анна",
        reply_to=3,
        album=11,
        media=(
            Media(part=5, kind="photo", size=1, width=2, height=3),
            Media(part=6, kind="video", duration=1.5, file_name='a "b".mp4', mime="video/mp4"),
        ),
        forward=Origin(channel_id=1, name="N", post_id=2, at=EPOCH, author=None),
        links=("https://a.example/?x={1,2}", 'https://b.example/"\\'),
        views=10,
        forwards=2,
        reactions=(("👍", 3), ("custom:5", 1)),
        comments=0,
        protected=True,
        captions=(
            Caption(part=5, text='Привет, "мир"', html='<b>Привет</b>, "мир"', links=()),
            Caption(part=6, text="два", html="два", links=("https://a.example/?x={1,2}",)),
        ),
    ),
)

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=9)
numbers = st.none() | st.integers(0, 2**31 - 1)
times = st.datetimes(timezones=st.just(UTC))
links = st.lists(texts, max_size=2).map(tuple)
medias = st.builds(
    Media,
    part=st.integers(1, 9),
    kind=st.sampled_from(["photo", "video", "poll"]),
    size=numbers,
    duration=st.none() | st.floats(0, 1e6),
    file_name=st.none() | texts,
    mime=st.none() | texts,
)
contents = st.builds(
    Content,
    text=texts,
    html=texts,
    author=st.none() | texts,
    reply_to=numbers,
    album=numbers,
    media=st.lists(medias, max_size=2).map(tuple),
    forward=st.none()
    | st.builds(
        Origin,
        channel_id=numbers,
        name=st.none() | texts,
        post_id=numbers,
        at=times,
        author=st.none() | texts,
    ),
    links=links,
    views=numbers,
    forwards=numbers,
    reactions=st.lists(st.tuples(texts, st.integers(1, 9)), max_size=2).map(tuple),
    comments=numbers,
    protected=st.booleans(),
    captions=st.lists(
        st.builds(Caption, part=st.integers(1, 9), text=texts, html=texts, links=links), max_size=2
    ).map(tuple),
)


@given(content=contents)
def test_a_post_comes_back_as_it_was(content: Content) -> None:
    """Whatever a post holds is the same after it was turned into columns and back."""
    post = WHOLE._replace(content=content)
    row = dict(zip(NAMES, columns(post), strict=True)) | {"channel_id": 7}
    assert stored_post(row) == post  # type: ignore[arg-type]


@pytest.mark.anyio
async def test_each_column_holds_what_it_is_named_for(db: Database, own: Own) -> None:
    """Columns are handed over in the order of the type, and a reader sees everything of a post."""
    hold = await own(42)
    await posts.follow(db, hold, [seen(7)])
    first, second = (
        WHOLE._replace(
            id=part,
            content=WHOLE.content._replace(
                text=caption.text,
                html=caption.html,
                links=caption.links,
                captions=(caption,),
                media=tuple(each for each in WHOLE.content.media if each.part == part),
            ),
        )
        for part, caption in zip((5, 6), WHOLE.content.captions, strict=True)
    )
    read = Batch(channel_id=7, floor=None, read=(5, 7), posts=(first, second))
    await posts.store(db, hold, read)
    row = await db.fetch_row("SELECT * FROM posts")
    assert row is not None
    held = stored_post(row)
    assert held == WHOLE._replace(content=WHOLE.content._replace(links=held.content.links))
    (view,) = await posts.newest(db, 42, 9)
    for name in (
        "text", "html", "author", "reply_to", "media", "forward", "links", "views", "forwards",
        "reactions", "comments", "protected",
    ):  # fmt: skip
        assert getattr(view, name) == getattr(held.content, name)
    assert (view.id, view.parts, view.permalink) == (5, (5, 6), "https://t.me/channel7/5")
    assert (view.published_at, view.edited_at) == (EPOCH, EPOCH + timedelta(hours=1))


def test_what_cannot_be_stored_is_left_out_everywhere() -> None:
    """NULs, halves of emojis and impossible durations are dropped, and make no difference."""
    bad = "a\0b\ud83e"
    origin = Origin(channel_id=1, name=bad, post_id=None, at=EPOCH, author=bad)
    clip = Media(part=1, kind="video", duration=float("nan"), file_name=bad, mime=bad)
    content = worded(bad, author=bad, media=(clip,), forward=origin, links=(bad,))
    content = content._replace(html=f"<b>{bad}</b>", reactions=((bad, 1),))
    found = columns(WHOLE._replace(content=content))
    assert found == columns(
        WHOLE._replace(
            content=worded("ab", author="ab", links=("ab",), reactions=(("ab", 1),))._replace(
                html="<b>ab</b>",
                media=(Media(part=1, kind="video", file_name="ab", mime="ab"),),
                forward=replace(origin, name="ab", author="ab"),
            ),
        )
    )


def test_the_same_moment_is_the_same_post() -> None:
    """An origin's time makes no edit by being told with another offset."""
    moscow = timezone(timedelta(hours=3))
    one, other = (
        Origin(channel_id=1, name=None, post_id=2, at=at, author=None)
        for at in (EPOCH, EPOCH.astimezone(moscow))
    )
    first, second = (columns(message(1, forward=origin)) for origin in (one, other))
    assert first == second
    assert datetime.fromisoformat(one.at.isoformat()) == other.at
