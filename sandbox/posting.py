"""The posts of a world: published, forwarded, edited, deleted, pinned, counted."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Unpack

from sandbox.errors import DateOutOfOrder, IdTaken, NaiveDate, NotAPost, PostProtected, UnknownPost
from sandbox.events import PostCounted
from sandbox.ground import Ground
from sandbox.media import Document, File, Media, Photo
from sandbox.model import Action, ActionKind, Channel, Content, Forward, Post


class Posting(Ground):
    """A world's posts."""

    def publish(
        self,
        channel: Channel,
        text: str,
        *,
        at: datetime | None = None,
        id: int | None = None,  # noqa: A002
        **content: Unpack[Content],
    ) -> Post:
        """Add the channel's next post; its date is `at`, or now, in whole seconds."""
        self._check_thread()
        number, date = self._next_id(channel, id), self._date(channel, at)
        if content:
            self._check(channel, number, date, content)
        return self._add(channel, Post(number, text, date, **content))

    def album(
        self,
        channel: Channel,
        items: Sequence[Media],
        text: str = "",
        *,
        at: datetime | None = None,
    ) -> tuple[Post, ...]:
        """Add several posts that belong together; the text goes with the first."""
        group = channel.id * 1_000_000 + channel.last_id + 1
        return tuple(
            self.publish(channel, "" if place else text, at=at, media=item, group=group)
            for place, item in enumerate(items)
        )

    def forward(
        self, source: Channel, post_id: int, to: Channel, *, at: datetime | None = None
    ) -> Post:
        """Publish a copy of a post in another channel, saying where it was first."""
        post = self._find_said(source, post_id)
        if post.protected or source.protected:
            raise PostProtected(source.id, post_id)
        first = post.forward or Forward(
            date=post.date, channel=source.id, post=post.id, author=post.author
        )
        copy = self.publish(to, post.text, at=at, media=post.media, marks=post.marks, forward=first)
        self.count(source, post_id, forwards=(post.forwards or 0) + 1)
        return copy

    def service(
        self,
        channel: Channel,
        kind: ActionKind = "created",
        value: str | int | None = None,
        *,
        at: datetime | None = None,
    ) -> Post:
        """Add a service message as the channel's next post."""
        self._check_thread()
        action = Action(kind, channel.title if value is None else value)
        post = Post(self._next_id(channel, None), "", self._date(channel, at), action=action)
        return self._add(channel, post)

    def edit(
        self,
        channel: Channel,
        post_id: int,
        text: str | None = None,
        *,
        hidden: bool = False,
        **content: Unpack[Content],
    ) -> Post:
        """Change a post; a hidden edit is one that clients do not mark as such."""
        self._check_thread()
        old = self._find_said(channel, post_id)
        if content:
            self._check(channel, post_id, old.date, content)
        post = replace(
            old,
            text=old.text if text is None else text,
            edited=self._now(),
            edit_hidden=hidden,
            **content,
        )
        channel.posts[post_id] = post
        self._changed(channel, "edit", post_id)
        return post

    def delete(self, channel: Channel, *post_ids: int) -> None:
        """Remove posts; their ids are never given again."""
        self._check_thread()
        for post_id in post_ids:
            self.find_post(channel, post_id)
        for post_id in set(post_ids):
            del channel.posts[post_id]
            del channel.ids[bisect_left(channel.ids, post_id)]
        if post_ids:
            self._changed(channel, "delete", *sorted(set(post_ids)))

    def pin(self, channel: Channel, post_id: int, *, pinned: bool = True) -> Post:
        """Pin a post, or unpin it."""
        self._check_thread()
        post = replace(self._find_said(channel, post_id), pinned=pinned)
        channel.posts[post_id] = post
        self._changed(channel, "pin" if pinned else "unpin", post_id)
        return post

    def count(
        self,
        channel: Channel,
        post_id: int,
        *,
        views: int | None = None,
        forwards: int | None = None,
        reactions: tuple[tuple[str, int], ...] | None = None,
    ) -> Post:
        """Set how often a post was seen, forwarded and reacted to."""
        self._check_thread()
        old = self._find_said(channel, post_id)
        post = replace(
            old,
            views=old.views if views is None else views,
            forwards=old.forwards if forwards is None else forwards,
            reactions=old.reactions if reactions is None else reactions,
        )
        channel.posts[post_id] = post
        self._say(PostCounted(channel, post))
        return post

    def _find_said(self, channel: Channel, post_id: int) -> Post:
        """A post that says something; Telegram does none of this to service messages."""
        post = self.find_post(channel, post_id)
        if post.service:
            raise NotAPost(channel.id, post_id)
        return post

    def _add(self, channel: Channel, post: Post) -> Post:
        channel.posts[post.id] = post
        channel.ids.append(post.id)
        channel.last_id = post.id
        channel.last_date = post.date
        self._changed(channel, "new", post.id)
        return post

    def _next_id(self, channel: Channel, wanted: int | None) -> int:
        number = channel.last_id + 1 if wanted is None else wanted
        if number <= channel.last_id:
            raise IdTaken(number)
        return number

    def _check(self, channel: Channel, number: int, date: datetime, content: Content) -> None:
        reply = content.get("reply_to")
        if reply is not None and not 0 < reply < number:
            raise UnknownPost(channel.id, reply)
        forward = content.get("forward")
        if forward is not None and forward.date > date:
            raise DateOutOfOrder(date.isoformat(), forward.date.isoformat())
        media = content.get("media")
        if isinstance(media, Photo | Document):
            self._keep(media)

    def _keep(self, file: File) -> None:
        if self.files.setdefault((type(file), file.id), file) != file:
            raise IdTaken(file.id)

    def _date(self, channel: Channel, at: datetime | None) -> datetime:
        newest = channel.last_date
        if at is None:
            return max(self._now(), newest) if newest else self._now()
        if at.tzinfo is None:
            raise NaiveDate(at.isoformat())
        date = at.astimezone(UTC).replace(microsecond=0)
        if newest and date < newest:
            raise DateOutOfOrder(date.isoformat(), newest.isoformat())
        return date
