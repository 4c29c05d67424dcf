"""Posts: page by page, or all of them as a file."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import TypeAdapter

from actors.keeping import MOST_POSTS
from actors.people import User
from bot.export import FORMS, Form, FormName, in_parts, posts_of
from bot.web.access import Known
from bot.web.asked import Before, OneChannel, Since, Tags, Until
from bot.web.problems import declare
from bot.web.service import Serves
from storage.service_rows import PostsPage

router = APIRouter(tags=["posts"], responses=declare(401, 403, 404, 422))

MEDIA_TYPES: Final[dict[FormName, str]] = {"json": "application/json", "csv": "text/csv"}
_WHOLE: Final = 2**63
"""Bytes of one part: there is only one."""
_PAGE: Final = TypeAdapter(PostsPage)
_ETAG: Final[dict[str, Any]] = {"ETag": {"schema": {"type": "string"}}}


@router.get(
    "/users/{account}/posts",
    response_model=PostsPage,
    responses={
        200: {"headers": _ETAG},
        304: {"description": "It is as it was.", "headers": _ETAG},
    },
    summary="Posts, newest first",
)
async def posts(
    user: Known,
    *,
    before: Before = None,
    limit: Annotated[int, Query(ge=1, le=MOST_POSTS)] = 50,
    channel: OneChannel = None,
    since: Since = None,
    until: Until = None,
    tags: Tags = (),
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """Return a page of posts. What is published meanwhile moves none of the pages after it."""
    page = await user.posts_page(
        before=before, limit=limit, channel=channel, since=since, until=until, tags=tags
    )
    body = _PAGE.dump_json(page)
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    if if_none_match is not None and matches(etag, if_none_match):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


@router.get(
    "/users/{account}/export",
    response_class=Response,
    responses={
        200: {
            "description": "All posts that were asked for, newest first.",
            "content": {
                "application/json": {"schema": {"type": "array", "items": {"type": "object"}}},
                "text/csv": {"schema": {"type": "string"}},
            },
        }
    },
    summary="Posts as a file",
)
async def export(
    user: Known,
    service: Serves,
    *,
    form: Annotated[FormName, Query()] = "json",
    channel: OneChannel = None,
    since: Since = None,
    until: Until = None,
) -> StreamingResponse:
    """Write all posts, page by page as they are read; an answer that is cut off is not whole."""
    found = posts_of(service.house.store, user.id, channel=channel, since=since, until=until)
    written = _written(found, FORMS[form])
    first = await anext(written)  # so that what is refused is a problem, and no half a file
    headers = {"Content-Disposition": f'attachment; filename="posts-{_stem(user)}.{form}"'}
    return StreamingResponse(_after(first, written), media_type=MEDIA_TYPES[form], headers=headers)


def matches(etag: str, wanted: str) -> bool:
    """Whether an If-None-Match names a tag, compared weakly as RFC 9110 has it."""
    named = {each.strip().removeprefix("W/") for each in wanted.split(",")}
    return bool(named & {"*", etag})


def _stem(user: User) -> str:
    return str(user.id)


async def _written(found: AsyncIterator[Any], form: Form) -> AsyncIterator[bytes]:
    """Write posts; the first piece comes when the first page was read."""
    pieces = in_parts(found, form, _WHOLE)
    _, head = await anext(pieces)
    async for _, piece in pieces:
        yield head + piece
        head = b""


async def _after(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for each in rest:
        yield each
