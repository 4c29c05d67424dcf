"""The decision what has become of the posts that are held.

Theory of operation. Posts are held by message ids, an album under the lowest of its messages'. A
message is gone if Telegram says so, or if it lies among ids that were read again whole and was not
there; then its post is gone, or its album is what the others make. A message that was seen again
replaces what was held of it. Nothing is ever added: what is not held is either read later, with
the coverage that proves it, or was deleted, and an answer that is older than the deletion must not
bring it back.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce

from storage.albums import albums, merged, without
from storage.columns import COUNTS, MEANING, columns
from storage.rows import Amendment, PostRow, Span


@dataclass(slots=True)
class Changes:
    """What is to be written: posts by the ids they are held under, and the ids of those to remove.

    Of a post that moves to another id, the old one is not among those to remove.
    """

    edited: dict[int, PostRow] = field(default_factory=dict)
    recounted: dict[int, PostRow] = field(default_factory=dict)
    gone: list[int] = field(default_factory=list)

    @property
    def written(self) -> dict[int, PostRow]:
        """All that is replaced."""
        return self.edited | self.recounted

    @property
    def left(self) -> list[int]:
        """Ids under which nothing will be held."""
        return self.gone + [old for old, post in self.edited.items() if old != post.id]

    def note(self, held: PostRow, now: PostRow | None) -> None:
        """Add what has become of one post."""
        if now is None:
            self.gone.append(held.id)
            return
        before, after = columns(held), columns(now)
        if before[MEANING] != after[MEANING]:
            self.edited[held.id] = now
        elif before[COUNTS] != after[COUNTS] or held.edited_at != now.edited_at:
            self.recounted[held.id] = now


def changes(held: Iterable[PostRow], amendment: Amendment, visible_from: int | None) -> Changes:
    """Decide what an amendment changes.

    The account that read it sees ids above `visible_from`, or it is not known which (None): then
    what it does not see proves nothing.
    """
    seen = {post.id: post for post in amendment.seen}
    judged = _judged(amendment.window, visible_from)
    found = Changes()
    for post in held:
        ids = [caption.part for caption in post.content.captions] or [post.id]
        gone = {
            id_ for id_ in ids if id_ in amendment.deleted or (id_ in judged and id_ not in seen)
        }
        fresh = [seen[id_] for id_ in ids if id_ in seen and id_ not in gone]
        fresh = [each for each in fresh if each.content.album == post.content.album]
        if post.content.album is None:
            found.note(post, None if gone else _newer(post, fresh))
        else:
            found.note(post, _album(post, gone, fresh))
    return found


def made(messages: Iterable[PostRow]) -> list[PostRow]:
    """Return the posts that messages of one channel make; of an id given twice the first counts."""
    first: dict[int, PostRow] = {}
    for message in messages:
        first.setdefault(message.id, message)
    if {message.content.album for message in first.values()} <= {None}:
        return list(first.values())
    whole = albums({id_: message.content for id_, message in first.items()})
    edits: dict[int, list[PostRow]] = {}
    for message in first.values():
        edits.setdefault(message.content.album or -message.id, []).append(message)
    return [
        first[id_]._replace(content=content, edited_at=_latest(edits[content.album or -id_]))
        for id_, content in whole.items()
    ]


def more(held: PostRow, found: PostRow) -> PostRow:
    """Return what an album is with messages found of it; what is held of a message stays."""
    content = merged(found.content, held.content)
    earliest = min(held, found, key=lambda post: post.id)
    return earliest._replace(content=content, edited_at=_latest([held, found]))


def _judged(window: Span | None, visible_from: int | None) -> range:
    """The ids of which those that were not seen are gone."""
    if window is None or visible_from is None:
        return range(0)
    return range(max(window[0], visible_from + 1), window[1])


def _newer(post: PostRow, fresh: list[PostRow]) -> PostRow:
    """A single post as it was seen, unless it was seen before what is held."""
    for seen in fresh:
        is_older = post.edited_at and seen.edited_at and seen.edited_at < post.edited_at
        if not is_older:
            return post._replace(content=seen.content, edited_at=seen.edited_at)
    return post


def _album(post: PostRow, gone: set[int], fresh: list[PostRow]) -> PostRow | None:
    """An album less what is gone; if each of its messages was seen, nothing old is left in it."""
    rest = without(post.content, gone)
    if rest is None:
        return None
    contents = [each.content for each in fresh]
    if len(fresh) < len(rest.captions):
        contents.insert(0, rest)
    return post._replace(
        id=rest.captions[0].part,
        content=reduce(merged, contents),
        edited_at=_latest([post, *fresh]),
    )


def _latest(posts: Iterable[PostRow]) -> datetime | None:
    """When the last of the edits was."""
    return max((post.edited_at for post in posts if post.edited_at), default=None)
