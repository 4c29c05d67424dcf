"""Posts of a channel that contain words, or are of a kind."""

from collections.abc import Callable
from typing import Any, Final

from telethon.tl import functions, types

from sandbox.cipher import Key
from sandbox.media import Document, Photo, WebPage
from sandbox.model import Post
from sandbox.rpc.access import is_shown, moment, readable
from sandbox.rpc.history import page, window, within
from sandbox.rpc.registry import Refused, answers, viewer_of
from sandbox.telegram import Telegram


def _has_link(post: Post) -> bool:
    marked = any(mark.kind in {"url", "text_url"} for mark in post.marks)
    return marked or isinstance(post.media, WebPage)


_FILTERS: Final[dict[type, Callable[[Post], bool]]] = {
    types.InputMessagesFilterEmpty: lambda _: True,
    types.InputMessagesFilterPhotos: lambda post: isinstance(post.media, Photo),
    types.InputMessagesFilterPhotoVideo: lambda post: isinstance(post.media, Photo),
    types.InputMessagesFilterDocument: lambda post: isinstance(post.media, Document),
    types.InputMessagesFilterUrl: _has_link,
    types.InputMessagesFilterPinned: lambda post: post.pinned,
}


@answers(
    functions.messages.SearchRequest,
    differs="whole texts are compared letter by letter, whatever the case; no stemming",
)
def search(telegram: Telegram, key: Key, request: Any) -> object:
    """A window of the posts that match, newest first."""
    viewer = viewer_of(telegram, key)
    channel = readable(telegram, viewer, request.peer)
    fits = _FILTERS.get(type(request.filter))
    if fits is None:
        raise Refused("FILTER_NOT_SUPPORTED")
    words, after, before = (
        request.q.casefold(),
        moment(request.min_date),
        moment(request.max_date),
    )

    def matches(post: Post) -> bool:
        if not is_shown(viewer, channel, post.id) or not fits(post):
            return False
        if (after and post.date <= after) or (before and post.date >= before):
            return False
        return words in post.text.casefold()

    found = [number for number in channel.ids if matches(channel.posts[number])]
    ids = within(window(channel, found, request), request)
    return page(telegram, viewer, channel, [channel.posts[number] for number in ids], len(found))
