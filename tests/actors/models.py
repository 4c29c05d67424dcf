"""A Telegram and a store small enough to be obviously right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from actors.coverage import joined
from actors.errors import PasswordWrong
from actors.login import State
from actors.messages import (
    Follow,
    LoadAccount,
    LoadSession,
    SaveSession,
    SaveTransition,
    StoreBatch,
)
from actors.ports import HistoryPage, LoginToken, Person
from storage.rows import AccountRow, ChannelSeen, ChannelState, PostRow, Stored

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
        self.open = False
        self.logged_out = False
        self.waited_until = THEN
        self.session = b"session"
        self.password = ""
        self.owner = Person(id=0, name="nobody")
        self.tokens: list[LoginToken | Person] = []

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

    async def connect(self) -> None:
        """Connect, unless the world is down."""
        self._before("connect", 0)
        self.open = True

    async def close(self) -> None:
        """Disconnect."""
        self.open = False

    async def log_out(self) -> None:
        """End the session, unless the world is down."""
        self._before("log_out", 0)
        self.logged_out = True

    async def wait_scanned(self, until: datetime) -> None:
        """Let the world go on: it decides what the next token is."""
        self._before("wait_scanned", 0)
        self.waited_until = until

    async def login_token(self) -> LoginToken | Person:
        """Return the next of the script."""
        self._before("login_token", 0)
        return self.tokens.pop(0)

    async def check_password(self, password: str) -> Person:
        """Accept the one password there is."""
        self._before("check_password", 0)
        if password != self.password:
            raise PasswordWrong
        return self.owner

    async def me(self) -> Person:
        """Return whoever logged in last."""
        raise AssertionError("nobody asks whose session it is")

    def record(self) -> bytes:
        """Return the session."""
        return self.session


def post(channel: int, id_: int) -> PostRow:
    """A post whose text tells what it is."""
    return PostRow(
        channel_id=channel, id=id_, published_at=THEN, edited_at=None, text=f"{channel}/{id_}"
    )


class ModelStore:
    """Keeps what it is given as the real one does; `before` may refuse a batch."""

    def __init__(self) -> None:
        self.accounts: dict[int, AccountRow] = {}
        self.moves: list[State] = []
        self.sessions: dict[int, bytes] = {}
        self.posts: dict[tuple[int, int], PostRow] = {}
        self.coverage: dict[int, tuple[tuple[int, int], ...]] = {}
        self.floors: dict[int, int] = {}
        self.before: Callable[[], None] = lambda: None
        self.after: Callable[[], None] = lambda: None

    async def ask(self, request: Any, *, timeout: float = 30.0) -> Any:
        """Answer what a reading and a session ask."""
        assert timeout > 0
        match request:
            case LoadAccount(account=account):
                return self.accounts.get(account)
            case SaveTransition(account=account, state=state, reason=reason, record=record):
                row = AccountRow(id=account, state=state, reason=reason, changed_at=THEN)
                self.accounts[account] = row
                self.moves.append(state)
                if record is not None:
                    self.sessions[account] = record
                return row
            case LoadSession(account=account):
                return self.sessions.get(account)
            case SaveSession(account=account, record=record):
                self.sessions[account] = record
                return None
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
        raise AssertionError(f"nobody asks {request}")

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
