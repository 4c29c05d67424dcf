"""Questions to what was read: searches, answers, digests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from actors.inquiry import DAY, MOST_HITS, MOST_LINES
from actors.people import User
from actors.search_values import Answer, Digest, Found, Hit
from bot.web.access import Caller, Known, Person
from bot.web.asked import (
    MOST_CHANNELS,
    MOST_WORDS,
    ChannelId,
    Channels,
    Moment,
    PostId,
    Since,
    Tags,
    Text,
    Until,
    Word,
)
from bot.web.listening import Listens, while_let_in
from bot.web.problems import declare, refused
from bot.web.said import said
from bot.web.streams import UNBUFFERED, EventStream

LONGEST_PERIOD: Final = timedelta(days=366)
_NO_QUESTION: Final = "The account may ask no more questions until {until:%Y-%m-%d %H:%M} UTC."

router = APIRouter(tags=["asking"], responses=declare(401, 403, 404, 422))

Limit = Annotated[int, Query(ge=1, le=MOST_HITS)]
BodyChannels = Annotated[
    tuple[Annotated[int, Field(ge=1, lt=2**63)], ...], Field(max_length=MOST_CHANNELS)
]
Words = Annotated[tuple[Word, ...], Field(max_length=MOST_WORDS)]


class Question(BaseModel):
    """What to answer, and from which posts."""

    model_config = ConfigDict(extra="forbid")

    question: Text
    channels: BodyChannels | None = None
    """None: all that the account follows."""
    tags: Words = ()
    since: Moment | None = None
    until: Moment | None = None


class Wanted(BaseModel):
    """What to sum up, and how."""

    model_config = ConfigDict(extra="forbid")

    period: Annotated[timedelta, Field(gt=timedelta(), le=LONGEST_PERIOD)] = DAY
    """In ISO-8601, like P1D or PT12H."""
    until: Moment | None = None
    """When the period ends; None: now."""
    topics: Words = ()
    """None: whatever was written of most."""
    channels: BodyChannels | None = None
    lines: Annotated[int, Field(ge=1, le=MOST_LINES)] = 10
    summaries: bool = True
    """Whether a model says what each topic is about."""


class Due(BaseModel):
    """Work that is done again."""

    due: int
    """Pieces of it."""


@router.get("/users/{account}/search", summary="Find posts")
async def search(
    user: Known,
    q: Annotated[Text, Query(description='"words together", and -word for one not wanted.')],
    *,
    channels: Channels = (),
    tags: Tags = (),
    since: Since = None,
    until: Until = None,
    limit: Limit = 10,
) -> Found:
    """Find posts by meaning and by words, the best first."""
    return await user.search(
        q, channels=channels or None, tags=tags, since=since, until=until, limit=limit
    )


@router.get("/users/{account}/channels/{channel}/posts/{post}/similar", summary="Find like posts")
async def similar(
    user: Known, channel: ChannelId, post: PostId, *, limit: Limit = 10
) -> tuple[Hit, ...]:
    """Find posts that are near to one in meaning; none where it is not seen, or not indexed yet."""
    return await user.similar(channel, post, limit=limit)


@router.post(
    "/users/{account}/ask",
    response_model=Answer,
    responses={200: {"content": {EventStream.media_type: {"schema": {"type": "string"}}}}},
    summary="Ask a question",
)
async def ask(
    user: Known,
    caller: Person,
    question: Question,
    request: Request,
    listens: Listens,
) -> Any:
    """Answer a question from the posts, citing them.

    With `Accept: text/event-stream` it comes as it is made: `piece` after `piece` of a model's
    text, then the whole `answer`, or the `problem` that it ended in. That is also the end if the
    token is revoked meanwhile.
    """
    await _count(user, caller)
    asking = partial(
        user.ask,
        question.question,
        channels=question.channels,
        tags=question.tags,
        since=question.since,
        until=question.until,
    )
    if EventStream.media_type in request.headers.get("accept", "").lower():
        told = while_let_in(said(lambda show: asking(progress=show)), listens)
        return EventStream(told, headers=UNBUFFERED)
    return await asking()


@router.post("/users/{account}/digest", summary="Sum up a period")
async def digest(user: Known, caller: Person, wanted: Wanted) -> Digest:
    """Sum up by topic what was published in a period.

    With `summaries` it counts as a question of the account: a model is asked for each topic.
    """
    if wanted.summaries:
        await _count(user, caller)
    return await user.digest(
        wanted.period,
        until=wanted.until,
        topics=wanted.topics,
        channels=wanted.channels,
        lines=wanted.lines,
        summaries=wanted.summaries,
    )


@router.post("/users/{account}/retry", summary="Tag and index again")
async def retry(user: Known) -> Due:
    """Have posts tagged and indexed again that wait, or were given up."""
    return Due(due=await user.retry())


async def _count(user: User, caller: Caller) -> None:
    """Count what a model is asked for against the account's limit; the operator has none."""
    if caller.account is not None and (until := await user.take_question()) is not None:
        wait = (until - datetime.now(UTC)).total_seconds()
        raise refused(429, "NoQuestionLeft", _NO_QUESTION.format(until=until), wait=wait)
