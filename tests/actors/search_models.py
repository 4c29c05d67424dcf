"""A store, vectors and providers small enough to be obviously right, for what searches."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from actors.meaning_messages import (
    KeepSpending,
    ListTagged,
    LoadCollections,
    LoadPosts,
    LoadScope,
    PoorUntil,
    SearchText,
    Vocabulary,
)
from actors.provider_messages import Complete, EmbedTexts
from actors.providers.outcomes import Completed, Completion, Embedded, Later, Spent
from actors.searching.words import akin, words
from actors.vector_messages import FetchVector, FindNearest
from storage.meaning_rows import CollectionRow, Spending, TaggedPost, TextHit
from storage.rows import PostView
from storage.vectors.port import Near, Scope

THEN = datetime(2026, 1, 1, tzinfo=UTC)
SPENT = Spent(provider="test", model="a-model", prompt_tokens=10, completion_tokens=5)
Letters = "абвгдежзиклмнопрстуabcdefghijklmnopqrstu"


def post(id_: int, text: str, *tags: str, channel: int = 1, state: str = "ok") -> TaggedPost:
    """Make a post, one minute after the one with the id before."""
    view = PostView(
        channel_id=channel,
        channel_title=f"Channel {channel}",
        id=id_,
        published_at=THEN + timedelta(minutes=id_),
        edited_at=None,
        text=text,
        permalink=f"https://t.me/c/{channel}/{id_}",
        html=text,
        author=None,
        reply_to=None,
        media=(),
        forward=None,
        links=(),
        views=None,
        forwards=None,
        reactions=(),
        comments=None,
        protected=False,
        parts=(),
    )
    return TaggedPost(
        post=view,
        tags=tags,
        tag_state="ok" if state == "ok" else "pending",
        tag_reason=None,
        tag_due_at=None,
        model=None,
        indexed=True,
    )


def vector(text: str) -> tuple[float, ...]:
    """Count letters: texts of the same letters are near."""
    counts = [float(text.casefold().count(letter)) for letter in Letters]
    length = sum(each * each for each in counts) ** 0.5 or 1.0
    return tuple(each / length for each in counts)


@dataclass
class ModelStore:
    """Posts that one account may see, and what it has spent."""

    posts: list[TaggedPost] = field(default_factory=list)
    hidden: list[TaggedPost] = field(default_factory=list)
    """Posts that others see: no answer may hold them."""
    poor: datetime | None = None
    model: str = "letters"
    spent: list[Spending] = field(default_factory=list)
    shown: dict[tuple[int, int], TaggedPost] = field(default_factory=dict)
    """As what a post is shown of which the account may not see all."""
    failing: Exception | None = None

    async def ask(self, request: Any, *, timeout: float = 30) -> Any:
        """Answer as the store does."""
        del timeout
        match request:
            case SearchText():
                if self.failing is not None:
                    raise self.failing
                return self._said(request.query, request.tags)
            case LoadPosts():
                by_key = {(each.post.channel_id, each.post.id): each for each in self.posts}
                by_key |= self.shown
                found = [by_key[key] for key in request.posts if key in by_key]
                return tuple(
                    each for each in found if not request.tags or set(request.tags) & set(each.tags)
                )
            case LoadCollections():
                return (self._collection(),) if self.model else ()
            case LoadScope():
                return Scope(channels=((1, 0),), since=request.since, until=request.until)
            case Vocabulary():
                said = [word for each in self.posts for _, _, word in words(each.post.text)]
                return tuple((word, said.count(word)) for word in dict.fromkeys(said))
            case ListTagged():
                inside = [e for e in self.posts if request.since <= e.post.published_at]
                return tuple(sorted(inside, key=lambda each: -each.post.id)[: request.limit])
            case PoorUntil():
                return self.poor
            case KeepSpending():
                self.spent += request.spendings
                return None
        raise AssertionError(f"nobody asks for {request} here")

    def _said(self, query: str, tags: Sequence[str]) -> tuple[TextHit, ...]:
        wanted = [[word for _, _, word in words(part)] for part in query.split(" or ")]
        hits = []
        for each in self.posts:
            said = [word for _, _, word in words(each.post.text)]
            if any(
                all(any(akin(one, word) for one in said) for word in part) for part in wanted
            ) and (not tags or set(tags) & set(each.tags)):
                hits.append(TextHit(channel_id=1, post_id=each.post.id, rank=1.0))
        return tuple(hits)

    def _collection(self) -> CollectionRow:
        return CollectionRow(
            name="letters",
            model=self.model,
            dimension=len(Letters),
            epoch="one",
            state="active",
            posts=len(self.posts),
            missing=0,
        )


@dataclass
class ModelVectors:
    """The vectors of all posts, whoever may see them."""

    store: ModelStore
    failing: Exception | None = None

    async def ask(self, request: Any, *, timeout: float = 30) -> Any:
        """Answer as the vectors do."""
        del timeout
        if self.failing is not None:
            raise self.failing
        everything = [*self.store.posts, *self.store.hidden]
        match request:
            case FindNearest():
                near = [
                    Near(
                        channel_id=each.post.channel_id,
                        post_id=each.post.id,
                        score=sum(
                            a * b
                            for a, b in zip(request.vector, vector(each.post.text), strict=True)
                        ),
                    )
                    for each in everything
                ]
                return tuple(sorted(near, key=lambda each: -each.score)[: request.limit])
            case FetchVector():
                return next(
                    (vector(each.post.text) for each in everything if each.post.id == request.post),
                    None,
                )
        raise AssertionError(f"nobody asks for {request} here")


@dataclass
class ModelProviders:
    """A language model that says what it was told to, and embeds by letters."""

    pieces: tuple[str, ...] = ()
    outcome: Completion | None = None
    """None: whole, with what the pieces are together."""
    embedding: Later | None = None
    prompts: list[Complete] = field(default_factory=list)
    failing: Exception | None = None

    async def ask(self, request: Any, *, timeout: float = 30) -> Any:
        """Embed."""
        del timeout
        if isinstance(request, EmbedTexts):
            if self.embedding is not None:
                return self.embedding
            return Embedded(vectors=tuple(map(vector, request.texts)), spent=SPENT)
        raise AssertionError(f"nobody asks for {request} here")

    def stream(self, request: Any, *, timeout: float = 30) -> Any:
        """Answer piece by piece."""
        del timeout
        self.prompts.append(request)
        return self._streaming()

    @asynccontextmanager
    async def _streaming(self) -> AsyncIterator[_Pieces]:
        yield _Pieces(self)


class _Pieces:
    def __init__(self, model: ModelProviders) -> None:
        self._model = model
        self.result = model.outcome or Completed(text="".join(model.pieces), spent=SPENT)

    async def __aiter__(self) -> AsyncIterator[str]:
        for piece in self._model.pieces:
            yield piece
        if self._model.failing is not None:
            raise self._model.failing
