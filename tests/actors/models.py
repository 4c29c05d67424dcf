"""A Telegram and a store small enough to be obviously right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio
import anyio.lowlevel

from actors.answers import Difference, HistoryPage, Listing
from actors.coverage import joined
from actors.errors import CodeWrong, PasswordWrong
from actors.lease import Claim, Release
from actors.login import WAITING, State
from actors.messages import (
    AdmitSession,
    ClaimInvite,
    DismissSession,
    ExpireSession,
    ForgetAccount,
    GiveBackInvite,
    LoadAccount,
    LoadSession,
    SaveSession,
    SaveTransition,
)
from actors.ports import CodeSent, LoginToken, Person
from actors.store_messages import (
    Amend,
    Follow,
    KeepVisible,
    ListFolders,
    LoadChannel,
    LoadFloods,
    LoseChannel,
    NoteFlood,
    StoreBatch,
    WishReached,
)
from actors.values import Authorisation, Forgotten
from storage.content import Content
from storage.errors import InviteUsedUp, LeaseLost
from storage.rows import (
    AccountRow,
    Amended,
    Amendment,
    Batch,
    ChannelSeen,
    ChannelState,
    Claimed,
    Hold,
    PostRow,
    Stored,
)
from tests.actors.unasked import Unasked

THEN = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class ModelChannel:
    """A channel: the ids ever given, those still there with their version, and what happened."""

    id: int
    last: int = 0
    posts: dict[int, int] = field(default_factory=dict)
    events: list[tuple[str, int]] = field(default_factory=list)
    closed: bool = False
    old: int = 0
    """Up to which id posts are older than a day."""

    @property
    def pts(self) -> int:
        """How much has happened."""
        return len(self.events) + 1

    def publish(self) -> int:
        """Give the next id to a post."""
        self.last += 1
        self.posts[self.last] = 0
        self.events.append(("new", self.last))
        return self.last

    def edit(self, id_: int) -> None:
        """Change a post."""
        self.posts[id_] += 1
        self.events.append(("edit", id_))

    def delete(self, id_: int) -> None:
        """Take a post back."""
        del self.posts[id_]
        self.events.append(("delete", id_))


class ModelTelegram(Unasked):
    """Answers like Telegram; `before` is called before each answer and may change the world."""

    def __init__(
        self,
        channels: list[ModelChannel],
        *,
        page: int = 3,
        before: Callable[[str, int], None] = lambda _method, _channel: None,
        lie: bool = False,
        memory: int = 5,
    ) -> None:
        self._channels = {channel.id: channel for channel in channels}
        self._page = page
        self._before = before
        self._lie = lie
        self._memory = memory  # events a difference can tell
        self.history_calls: list[int] = []
        self.open = False
        self.logged_out = False
        self.waited = 0.0
        self.session = b"session"
        self.password = ""
        self.code = ""
        self.sent: list[str] = []
        self.ended = anyio.Event()
        self.scan: anyio.Event | None = None
        self.list_gate: anyio.Event | None = None
        self.hidden = 0
        self.forgets = False
        self.owner = Person(id=0, name="nobody")
        self.tokens: list[LoginToken | Person] = []

    async def channels(self) -> Listing:
        """List the channels with their newest post."""
        self._before("channels", 0)
        if self.list_gate is not None:
            await self.list_gate.wait()
        seen = tuple(
            ChannelSeen(
                id=c.id,
                access_hash=-c.id,
                title=f"c{c.id}",
                username=None,
                top=max(c.posts, default=0),
                pts=c.pts,
            )
            for c in self._channels.values()
        )
        return Listing(channels=seen, complete=True)

    async def visible_from(self, channel: int, access_hash: int) -> int:
        """Tell what is hidden."""
        assert access_hash == -channel
        self._before("visible_from", channel)
        return self.hidden

    async def difference(self, channel: int, access_hash: int, pts: int) -> Difference:
        """Tell two events at a time, or that they are too many."""
        assert access_hash == -channel
        self._before("difference", channel)
        there = self._channels[channel]
        if self.forgets:
            return Difference(pts=None, final=True, too_long=True, news=True, edited=(), deleted=())
        missed = there.events[pts - 1 :]
        if len(missed) > self._memory:
            return Difference(
                pts=there.pts, final=True, too_long=True, news=True, edited=(), deleted=()
            )
        now, later = missed[:2], missed[2:]
        edited = {id_ for what, id_ in now if what == "edit" and id_ in there.posts}
        return Difference(
            pts=pts + len(now),
            final=not later,
            too_long=False,
            news=any(what == "new" for what, _ in now),
            edited=tuple(post(channel, id_, there.posts[id_]) for id_ in sorted(edited)),
            deleted=tuple(id_ for what, id_ in now if what == "delete"),
        )

    async def window(self, channel: int, access_hash: int, below: int | None) -> HistoryPage:
        """Return the newest posts below an id."""
        assert access_hash == -channel
        self._before("window", channel)
        posts = self._channels[channel].posts
        ids = sorted(i for i in posts if i > self.hidden and (below is None or i < below))[
            -self._page :
        ]
        return self._page_of(channel, ids)

    async def nth_newest(self, channel: int, access_hash: int, n: int) -> int | None:
        """Count down from the newest."""
        assert access_hash == -channel
        self._before("nth_newest", channel)
        newest = sorted(self._channels[channel].posts, reverse=True)
        return newest[n - 1] if len(newest) >= n else None

    async def newest_before(self, channel: int, access_hash: int, moment: datetime) -> int | None:
        """Look for the newest that is older."""
        assert access_hash == -channel
        self._before("newest_before", channel)
        assert datetime.now(UTC) - moment >= timedelta(days=1)
        there = self._channels[channel]
        return max((id_ for id_ in there.posts if id_ <= there.old), default=None)

    async def history(self, channel: int, access_hash: int, low: int) -> HistoryPage:
        """Return the posts that follow upward; a lying server adds an older one."""
        assert access_hash == -channel
        self.history_calls.append(channel)
        self._before("history", channel)
        posts = self._channels[channel].posts
        ids = sorted(id_ for id_ in posts if id_ >= low and id_ > self.hidden)[: self._page]
        if self._lie:
            ids = sorted(id_ for id_ in posts if id_ < low)[-1:] + ids
        return self._page_of(channel, ids)

    def _page_of(self, channel: int, ids: list[int]) -> HistoryPage:
        versions = self._channels[channel].posts
        return HistoryPage(
            ids=tuple(ids),
            posts=tuple(post(channel, id_, versions[id_]) for id_ in ids),
            pts=self._channels[channel].pts,
        )

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

    async def wait_scanned(self, seconds: float) -> None:
        """Let the world go on: it decides what the next token is."""
        self._before("wait_scanned", 0)
        self.waited = seconds
        await (self.scan.wait() if self.scan is not None else anyio.lowlevel.checkpoint())

    async def send_code(self, phone: str) -> CodeSent:
        """Send a code to the phone's app, then by SMS."""
        self._before("send_code", 0)
        self.sent.append(phone)
        return CodeSent(kind="app", length=5, next_kind="sms", resend_after=60)

    async def resend_code(self) -> CodeSent:
        """Send another."""
        self._before("resend_code", 0)
        self.sent.append("again")
        return CodeSent(kind="sms", length=5, next_kind=None, resend_after=120)

    async def check_code(self, code: str) -> Person:
        """Accept the one code there is."""
        self._before("check_code", 0)
        if code != self.code:
            raise CodeWrong
        return self.owner

    async def authorisations(self) -> tuple[Authorisation, ...]:
        """Know of no other session."""
        self._before("authorisations", 0)
        return ()

    async def end_authorisation(self, authorisation: int) -> None:
        """End what is not there."""
        self._before("end_authorisation", authorisation)

    async def lost(self) -> None:
        """Wait until the world ends the connection."""
        await self.ended.wait()

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
        """Return whose session it is."""
        self._before("me", 0)
        return self.owner

    def record(self) -> bytes:
        """Return the session."""
        return self.session


def plain_content(text: str) -> Content:
    """What a post of plain words holds."""
    return Content(
        text=text,
        html=text,
        author=None,
        reply_to=None,
        album=None,
        media=(),
        forward=None,
        links=(),
        views=None,
        forwards=None,
        reactions=(),
        comments=None,
        protected=False,
    )


def post(channel: int, id_: int, version: int = 0) -> PostRow:
    """A post whose text tells what it is."""
    said = f"{channel}/{id_}/{version}"
    return PostRow(
        channel_id=channel, id=id_, published_at=THEN, edited_at=None, content=plain_content(said)
    )


class ModelStore:
    """Keeps what it is given as the real one does; `before` may refuse a batch."""

    def __init__(self) -> None:
        self.accounts: dict[int, AccountRow] = {}
        self.kept: timedelta | None = None
        self.holds: dict[int, Hold] = {}
        self.moves: list[State] = []
        self.notices: list[tuple[int, str]] = []
        self.quarantined: dict[int, bytes] = {}
        self.invites: dict[str, int] = {}
        self.reserved: dict[int, str] = {}
        self.sessions: dict[int, bytes] = {}
        self.posts: dict[tuple[int, int], PostRow] = {}
        self.coverage: dict[int, tuple[tuple[int, int], ...]] = {}
        self.floors: dict[int, int] = {}
        self.pts: dict[int, int] = {}
        self.seen: dict[int, ChannelSeen] = {}
        self.floods: dict[str, datetime] = {}
        self.lost: dict[int, str] = {}
        self.windows_due = False
        self.hidden: dict[int, int | None] = {}
        self.wishes: dict[int, int | timedelta] = {}
        self.swept: dict[int, int] = {}
        self.trouble: Exception | None = None  # met after a change was carried out
        self.before: Callable[[], None] = lambda: None
        self.after: Callable[[], None] = lambda: None

    async def ask(self, request: Any, *, timeout: float = 30.0) -> Any:
        """Answer what a reading and a session ask."""
        assert timeout > 0
        match request:
            case LoadAccount(account=account):
                return self.accounts.get(account)
            case SaveTransition() | AdmitSession() | ExpireSession() | DismissSession():
                row = self._changed(request)
                trouble, self.trouble = self.trouble, None
                if trouble is not None:
                    raise trouble
                return row
            case ForgetAccount(hold=hold):
                return self._forgotten(hold)
            case ClaimInvite() | GiveBackInvite():
                return self._invited(request)
            case LoadSession(account=account):
                return self.sessions.get(account)
            case SaveSession(hold=hold, record=record):
                self._fence(hold)
                self.sessions[hold.account] = record
                return None
        return self._of_reading(request)

    def _of_reading(self, request: Any) -> Any:
        match request:
            case Follow(hold=hold, seen=seen):
                self._fence(hold)
                for channel in seen:
                    self.seen[channel.id] = channel
                    if channel.pts is not None:
                        self.pts.setdefault(channel.id, channel.pts)
                return tuple(self.state(channel) for channel in seen)
            case LoadChannel(channel=channel):
                return self.state(self.seen[channel]) if channel in self.seen else None
            case LoadFloods():
                return {}
            case ListFolders():
                return ()
            case NoteFlood(method=method, until=until):
                self.floods[method] = until
                return None
            case StoreBatch(hold=hold, batch=batch):
                return self._stored(hold, batch)
            case Amend(hold=hold, amendment=amendment):
                return self._amended(hold, amendment)
        return self._of_sight(request)

    def _of_sight(self, request: Any) -> Any:
        match request:
            case WishReached(channel=channel):
                self.wishes.pop(channel, None)
                return None
            case KeepVisible(channel=channel, visible_from=visible_from):
                self.hidden[channel] = visible_from
                return None
            case LoseChannel(channel=channel, why=why):
                self.lost[channel] = why
                return None
        raise AssertionError(f"nobody asks {request}")

    def _stored(self, hold: Hold, batch: Batch) -> Stored:
        self.before()
        self._fence(hold)
        low, high = batch.read
        assert low <= high
        assert all(low <= p.id < high for p in batch.posts)
        assert all(p.channel_id == batch.channel_id for p in batch.posts)
        grown = joined([*self.coverage.get(batch.channel_id, ()), batch.read])
        self.coverage[batch.channel_id] = grown
        if batch.floor is not None:
            floor = self.floors.get(batch.channel_id, batch.floor)
            self.floors[batch.channel_id] = min(floor, batch.floor)
        fresh = {(p.channel_id, p.id): p for p in batch.posts}
        added = len(fresh.keys() - self.posts.keys())
        self.posts = {**fresh, **self.posts}
        self.after()
        return Stored(added=added, coverage=grown)

    def _amended(self, hold: Hold, amendment: Amendment) -> Amended:
        self.before()
        self._fence(hold)
        channel = amendment.channel_id
        held = {id_ for at, id_ in self.posts if at == channel}
        seen = {post.id: post for post in amendment.seen if post.id in held}
        gone = held & set(amendment.deleted)
        if amendment.window is not None:
            low, high = amendment.window
            gone |= {id_ for id_ in held if low <= id_ < high} - {p.id for p in amendment.seen}
        edited = {id_ for id_ in seen if self.posts[channel, id_] != seen[id_]}
        self.posts |= {(channel, id_): seen[id_] for id_ in edited}
        for id_ in gone:
            del self.posts[channel, id_]
        if amendment.pts is not None:
            self.pts[channel] = amendment.pts
        if amendment.swept_to is not None:
            self.swept[channel] = amendment.swept_to
            if amendment.swept_to <= self.floors.get(channel, 1):
                del self.swept[channel]  # it begins again at the newest
        self.after()
        return Amended(edited=len(edited - gone), deleted=len(gone))

    def _forgotten(self, hold: Hold) -> Forgotten:
        self._fence(hold)
        del self.accounts[hold.account], self.holds[hold.account]
        self.sessions.pop(hold.account, None)
        return Forgotten(account=hold.account, subscriptions=0, channels=0, posts=0)

    def _changed(
        self, request: SaveTransition | AdmitSession | ExpireSession | DismissSession
    ) -> AccountRow:
        account = request.hold.account
        self._fence(request.hold)
        match request:
            case SaveTransition():
                return self._moved(request.hold, request.state, request.reason)
            case AdmitSession():
                self.sessions[account] = request.record
                self.quarantined.pop(account, None)
                self.reserved.pop(account, None)
                return self._moved(request.hold, State.READY, None)
            case ExpireSession():
                self.quarantined[account] = self.sessions.pop(account)
                self.notices.append((account, request.reason))
                return self._moved(request.hold, State.EXPIRED, request.reason)
            case DismissSession():
                self.sessions.pop(account, None)
                self.quarantined.pop(account, None)
                return self._moved(request.hold, request.state, request.reason)

    def _invited(self, request: ClaimInvite | GiveBackInvite) -> None:
        match request:
            case ClaimInvite(account=account, code=code):
                if self.invites.get(code, 0) < 1:
                    raise InviteUsedUp(code)
                self.invites[code] -= 1
                self.reserved[account] = code
            case GiveBackInvite(account=account):
                self.invites[self.reserved.pop(account)] += 1

    def _fence(self, hold: Hold) -> None:
        if self.holds.get(hold.account) != hold:
            raise LeaseLost(hold.account)

    def _moved(self, hold: Hold, state: str, reason: str | None) -> AccountRow:
        self._fence(hold)
        row = AccountRow(id=hold.account, state=state, reason=reason, changed_at=THEN)
        self.accounts[hold.account] = row
        self.moves.append(State(state))
        assert (state == State.READY) == (hold.account in self.sessions)
        return row

    def state(self, seen: ChannelSeen) -> ChannelState:
        return ChannelState(
            id=seen.id,
            access_hash=seen.access_hash,
            title=seen.title,
            username=seen.username,
            top=seen.top,
            coverage=self.coverage.get(seen.id, ()),
            floor=self.floors.get(seen.id),
            pts=self.pts.get(seen.id),
            visible_from=self.hidden.get(seen.id, 0),
            window_due=self.windows_due,
            sweep_from=self.swept.get(seen.id),
            protected=False,
            depth=wish if isinstance(wish := self.wishes.get(seen.id), int) else None,
            reach=wish if isinstance(wish, timedelta) else None,
            kept=self.kept,
        )


class ModelLease:
    """Gives a lease to whoever asks last; `taken` hands one to somebody else."""

    def __init__(self, store: ModelStore) -> None:
        self._store = store
        self._epoch = 0
        self.incarnation = "model"
        self.released: list[Hold] = []

    def taken(self, account: int, incarnation: str = "another") -> Hold:
        """Give an account's lease."""
        self._epoch += 1
        hold = Hold(account=account, incarnation=incarnation, epoch=self._epoch)
        self._store.holds[account] = hold
        return hold

    async def ask(self, request: Any, *, timeout: float = 30.0) -> Any:
        """Answer what an account asks."""
        assert timeout > 0
        match request:
            case Claim(account=account):
                row = self._store.accounts.get(account)
                if row is None:
                    row = AccountRow(id=account, state=State.NEW, reason=None, changed_at=THEN)
                elif row.state in WAITING:
                    reason = "the program ended during the login"
                    row = AccountRow(id=account, state=State.NEW, reason=reason, changed_at=THEN)
                self._store.accounts[account] = row
                return Claimed(hold=self.taken(account, self.incarnation), row=row)
            case Release(hold=hold):
                self.released.append(hold)
                if self._store.holds.get(hold.account) == hold:
                    del self._store.holds[hold.account]
                return None
        raise AssertionError(f"nobody asks {request}")
