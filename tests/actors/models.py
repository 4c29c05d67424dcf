"""A Telegram and a store small enough to be obviously right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from actors.coverage import joined
from actors.messages import Follow, StoreBatch
from actors.ports import HistoryPage, LoginToken, Person
from storage.rows import ChannelSeen, ChannelState, PostRow, Stored

THEN = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class ModelChannel:
    """A channel: the ids ever given, and those still there."""

    id: int
    last: int = 0
    posts: set[int] = field(default_factory=set)

    def publish(self) -> int:
        """Give the next id to a post."""
        self.last += 1
        self.posts.add(self.last)
        return self.last


class ModelTelegram:
    """Answers like Telegram; `before` is called before each answer and may change the world."""

    def __init__(
        self,
        channels: list[ModelChannel],
        *,
        page: int = 3,
        before: Callable[[str, int], None] = lambda _method, _channel: None,
        lie: bool = False,
    ) -> None:
        self._channels = {channel.id: channel for channel in channels}
        self._page = page
        self._before = before
        self._lie = lie
        self.history_calls: list[int] = []

    async def channels(self) -> tuple[ChannelSeen, ...]:
        """List the channels with their newest post."""
        self._before("channels", 0)
        return tuple(
            ChannelSeen(
                id=c.id,
                access_hash=-c.id,
                title=f"c{c.id}",
                username=None,
                top=max(c.posts, default=0),
            )
            for c in self._channels.values()
        )

    async def nth_newest(self, channel: int, access_hash: int, n: int) -> int | None:
        """Count down from the newest."""
        assert access_hash == -channel
        self._before("nth_newest", channel)
        newest = sorted(self._channels[channel].posts, reverse=True)
        return newest[n - 1] if len(newest) >= n else None

    async def history(self, channel: int, access_hash: int, low: int) -> HistoryPage:
        """Return the posts that follow upward; a lying server adds an older one."""
        assert access_hash == -channel
        self.history_calls.append(channel)
        self._before("history", channel)
        posts = self._channels[channel].posts
        ids = sorted(id_ for id_ in posts if id_ >= low)[: self._page]
        if self._lie:
            ids = sorted(id_ for id_ in posts if id_ < low)[-1:] + ids
        return HistoryPage(ids=tuple(ids), posts=tuple(post(channel, id_) for id_ in ids))

    async def connect(self) -> None: ...
    async def close(self) -> None: ...
    async def log_out(self) -> None: ...
    async def wait_scanned(self, until: datetime) -> None: ...
    async def login_token(self) -> LoginToken | Person:
        raise AssertionError("reading logs nobody in")

    async def me(self) -> Person:
        raise AssertionError("reading asks for nobody")

    def record(self) -> bytes:
        return b"record"


def post(channel: int, id_: int) -> PostRow:
    """A post whose text tells what it is."""
    return PostRow(
        channel_id=channel, id=id_, published_at=THEN, edited_at=None, text=f"{channel}/{id_}"
    )


class ModelStore:
    """Keeps what it is given as the real one does; `before` may refuse a batch."""

    def __init__(self) -> None:
        self.posts: dict[tuple[int, int], PostRow] = {}
        self.coverage: dict[int, tuple[tuple[int, int], ...]] = {}
        self.floors: dict[int, int] = {}
        self.before: Callable[[], None] = lambda: None
        self.after: Callable[[], None] = lambda: None

    async def ask(self, request: Any, *, timeout: float = 30.0) -> Any:
        """Answer the two requests that a reading makes."""
        assert timeout > 0
        match request:
            case Follow(seen=seen):
                return tuple(self._state(channel) for channel in seen)
            case StoreBatch(batch=batch):
                self.before()
                low, high = batch.read
                assert low <= high
                assert all(low <= p.id < high for p in batch.posts)
                assert all(p.channel_id == batch.channel_id for p in batch.posts)
                grown = joined([*self.coverage.get(batch.channel_id, ()), batch.read])
                self.coverage[batch.channel_id] = grown
                if batch.floor is not None:
                    self.floors.setdefault(batch.channel_id, batch.floor)
                fresh = {(p.channel_id, p.id): p for p in batch.posts}
                added = len(fresh.keys() - self.posts.keys())
                self.posts = {**fresh, **self.posts}
                self.after()
                return Stored(added=added, coverage=grown)
        raise AssertionError(f"a reading does not ask {request}")

    def _state(self, seen: ChannelSeen) -> ChannelState:
        return ChannelState(
            id=seen.id,
            access_hash=seen.access_hash,
            title=seen.title,
            username=seen.username,
            top=seen.top,
            coverage=self.coverage.get(seen.id, ()),
            floor=self.floors.get(seen.id),
        )
