"""Posts as files, JSON or CSV, made a post at a time."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal

from actors.keeping_messages import PagePosts
from actors.meaning_messages import LoadPosts

if TYPE_CHECKING:
    from actors.ports import Asks
    from storage.meaning_rows import TaggedPost

PAGE: Final = 1000
"""Posts that are in memory at once."""
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_COLUMNS: Final = (
    "channel_id",
    "channel",
    "id",
    "published_at",
    "edited_at",
    "author",
    "text",
    "tags",
    "views",
    "forwards",
    "comments",
    "permalink",
)

FormName = Literal["json", "csv"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How posts are written: a document is its head, its posts, and its tail."""

    name: FormName
    head: bytes
    between: bytes
    tail: bytes
    one: Callable[[TaggedPost], bytes]


async def posts_of(
    store: Asks,
    account: int,
    *,
    channel: int | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    page: int = PAGE,
) -> AsyncIterator[TaggedPost]:
    """Read an account's posts page by page, newest first, each once, with their tags."""
    before: str | None = None
    while True:
        read = await store.ask(
            PagePosts(
                account=account,
                before=before,
                limit=page,
                channel=channel,
                since=since,
                until=until,
                tags=(),
            )
        )
        keys = tuple((each.channel_id, each.id) for each in read.posts)
        for each in await store.ask(LoadPosts(account=account, posts=keys)) if keys else ():
            yield each
        if (before := read.next) is None:
            return


async def in_parts(
    posts: AsyncIterator[TaggedPost], form: Form, most: int
) -> AsyncIterator[tuple[int, bytes]]:
    """Write posts as documents of at most `most` bytes each; yield pieces with their part's number.

    Each part is a document by itself. A post alone may be larger.
    """
    part, size, is_empty = 1, len(form.head), True
    yield part, form.head
    async for post in posts:
        piece = form.one(post)
        if not is_empty and size + len(form.between) + len(piece) + len(form.tail) > most:
            yield part, form.tail
            part, size, is_empty = part + 1, len(form.head), True
            yield part, form.head
        chunk = piece if is_empty else form.between + piece
        size, is_empty = size + len(chunk), False
        yield part, chunk
    yield part, form.tail


def _as_json(tagged: TaggedPost) -> bytes:
    """Write all that is kept of a post."""
    facts = {**asdict(tagged.post), "tags": list(tagged.tags)}
    return json.dumps(facts, ensure_ascii=False, default=_plain).encode()


def _as_csv(tagged: TaggedPost) -> bytes:
    post = tagged.post
    return _row(
        post.channel_id,
        _cell(post.channel_title),
        post.id,
        post.published_at.isoformat(),
        "" if post.edited_at is None else post.edited_at.isoformat(),
        _cell(post.author or ""),
        _cell(post.text),
        _cell(" ".join(tagged.tags)),
        post.views,
        post.forwards,
        post.comments,
        post.permalink,
    )


def _cell(text: str) -> str:
    """Keep a spreadsheet from taking somebody's text for a formula."""
    # https://owasp.org/www-community/attacks/CSV_Injection
    return f"'{text}" if text.startswith(_FORMULA) else text


def _row(*cells: object) -> bytes:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue().encode()


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"no JSON for a {type(value).__name__}")


FORMS: Final[Mapping[FormName, Form]] = {
    "json": Form(name="json", head=b"[\n", between=b",\n", tail=b"\n]\n", one=_as_json),
    # The mark makes spreadsheets read it as UTF-8.
    "csv": Form(
        name="csv", head="\ufeff".encode() + _row(*_COLUMNS), between=b"", tail=b"", one=_as_csv
    ),
}
