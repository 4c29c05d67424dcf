"""Telling connected clients what happens in the world."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, assert_never

from telethon.tl import types

from sandbox.events import (
    ChannelChanged,
    Event,
    HistoryHidden,
    MembershipChanged,
    PostCounted,
    PostsChanged,
)
from sandbox.messages import Encoded, Messages, reactions
from sandbox.model import Change, Channel, Person, Post
from sandbox.objects import chat
from sandbox.sight import sources

if TYPE_CHECKING:
    from sandbox.link import Link
    from sandbox.world import World


class Pushes:
    """The way of updates to whoever is connected, follows, and wants them."""

    def __init__(self, messages: Messages, links: "set[Link]", clock: Callable[[], float]) -> None:
        self._messages = messages
        self._clock = clock
        self._links = links
        self._lost: dict[int, int] = {}  # updates still to be lost, by person

    def lose(self, person_id: int, times: int) -> None:
        """Let the next updates of a person get lost on the way."""
        self._lost[person_id] = times

    def tell(self, world: "World", event: Event) -> None:
        """Send an event to those whom it concerns."""
        updates = list(self._updates(event))
        packed: dict[int, Encoded] = {}
        date = datetime.fromtimestamp(self._clock(), UTC)
        for link in tuple(self._links):
            for session in link.listeners():
                person = world.people.get(session.key.person_id or 0)
                if person is None or not _concerns(event, person):
                    continue
                if person.id not in packed:
                    chats = _chats(world, person, event)
                    packed[person.id] = Encoded(
                        bytes(types.Updates(updates, users=[], chats=chats, date=date, seq=0))
                    )
                if not self._is_lost(person.id):
                    session.send(packed[person.id])

    def _updates(self, event: Event) -> Iterator[Any]:
        match event:
            case PostsChanged(channel, change):
                yield from counted(self._messages, channel, change)
            case PostCounted(channel, post):
                yield from _numbers(channel, post)
            case MembershipChanged(channel) | ChannelChanged(channel):
                yield types.UpdateChannel(channel.id)
            case HistoryHidden(channel, _, up_to):
                yield types.UpdateChannelAvailableMessages(channel.id, up_to)
            case _:
                assert_never(event)

    def _is_lost(self, person_id: int) -> bool:
        left = self._lost.get(person_id, 0)
        self._lost[person_id] = max(left - 1, 0)
        return left > 0


def counted(messages: Messages, channel: Channel, change: Change) -> Iterator[Any]:
    """A change as an update that is counted in pts."""
    match change.kind:
        case "delete":
            yield types.UpdateDeleteChannelMessages(
                channel.id, list(change.ids), change.pts, change.count
            )
        case "pin" | "unpin":
            yield types.UpdatePinnedChannelMessages(
                channel.id, list(change.ids), change.pts, 1, pinned=change.kind == "pin" or None
            )
        case "new" | "edit":
            post = channel.posts.get(change.ids[0])
            kind = (
                types.UpdateNewChannelMessage
                if change.kind == "new"
                else types.UpdateEditChannelMessage
            )
            if post is not None:
                yield kind(messages.of(channel, post), change.pts, 1)
        case _:
            assert_never(change.kind)


def _numbers(channel: Channel, post: Post) -> Iterator[Any]:
    if post.views is not None:
        yield types.UpdateChannelMessageViews(channel.id, post.id, post.views)
    if post.forwards is not None:
        yield types.UpdateChannelMessageForwards(channel.id, post.id, post.forwards)
    if post.reactions:
        peer = types.PeerChannel(channel.id)
        yield types.UpdateMessageReactions(peer, post.id, reactions(post))


def _concerns(event: Event, person: Person) -> bool:
    if isinstance(event, MembershipChanged | HistoryHidden):
        return event.person is person
    return event.channel.id in person.follows


def _chats(world: "World", person: Person, event: Event) -> list[Any]:
    posts: list[Post] = []
    if isinstance(event, PostsChanged):
        found = (event.channel.posts.get(number) for number in event.change.ids)
        posts = [post for post in found if post is not None]
    return [chat(person, channel) for channel in sources(world, event.channel, posts)]
