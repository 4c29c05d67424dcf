"""What the parser, the reader and the sessions ask of the store."""

from __future__ import annotations

from datetime import datetime, timedelta

from actors.pacing import Method
from actors.values import ParseReport
from runtime import Request, message
from storage.rows import (
    Amended,
    Amendment,
    Batch,
    ChannelSeen,
    ChannelState,
    Cleaned,
    DueChannel,
    Folder,
    FollowedFolder,
    Hold,
    Reader,
    Stored,
)


@message
class Follow(Request[tuple[ChannelState, ...]]):
    """Persist the channels an account follows now; answered with what was read of each."""

    hold: Hold
    seen: tuple[ChannelSeen, ...]
    complete: bool = True
    """Whether a channel that is not among them was left."""
    folders: tuple[Folder, ...] | None = None
    """The account's folders; None: nobody has looked."""


@message
class FollowOne(Request[ChannelState]):
    """Follow a channel by the person's own choice."""

    hold: Hold
    seen: ChannelSeen
    depth: int | timedelta | None
    """How many posts, or how far back, is wanted of it; None: as by default."""
    source: str


@message
class Unfollow(Request[bool]):
    """Follow a channel no more; answered with whether the account did."""

    account: int
    channel: int


@message
class SeeChannel(Request[None]):
    """Persist what a channel is called now, that no list tells."""

    hold: Hold
    seen: ChannelSeen


@message
class HaveRoom(Request[None]):
    """See that an account may follow one more channel; refused with TooManyFollowed."""

    account: int


@message
class FollowFolder(Request[None]):
    """Follow a folder from the next list on."""

    hold: Hold
    folder: int
    title: str


@message
class UnfollowFolder(Request[bool]):
    """Follow a folder no more; answered with whether the account did."""

    account: int
    folder: int


@message
class ListFolders(Request[tuple[FollowedFolder, ...]]):
    """Return the folders an account follows."""

    account: int


@message
class CountSend(Request[datetime | None]):
    """Count a call that Telegram limits; answered with when it may be made, None: now."""

    hold: Hold
    method: Method


@message
class LoadChannel(Request[ChannelState | None]):
    """Return a channel as an account follows it, None if it does not."""

    account: int
    channel: int


@message
class StoreBatch(Request[Stored]):
    """Store posts with the ids they prove read, in one transaction."""

    hold: Hold
    batch: Batch


@message
class Amend(Request[Amended]):
    """Apply to what is held what a second look has found, in one transaction."""

    hold: Hold
    amendment: Amendment


@message
class KeepVisible(Request[None]):
    """Persist from which id on an account sees a channel."""

    hold: Hold
    channel: int
    visible_from: int


@message
class WishReached(Request[None]):
    """Persist that a channel is held as deep as its followers have wished."""

    hold: Hold
    channel: int


@message
class LoseChannel(Request[None]):
    """Persist that an account may not read a channel any more, and why."""

    hold: Hold
    channel: int
    why: str


@message
class ListReaders(Request[tuple[Reader, ...]]):
    """Return the accounts that can read a channel."""

    channel: int


@message
class NoteFlood(Request[None]):
    """Persist that Telegram asks an account to wait with a method."""

    hold: Hold
    method: str
    until: datetime


@message
class LoadFloods(Request[dict[str, datetime]]):
    """Return the waits of an account that are not over, by method."""

    account: int


@message
class TakeDue(Request[tuple[DueChannel, ...]]):
    """Take channels that are due for a process to read, the most overdue first."""

    node: str
    limit: int


@message
class KeepTaken(Request[None]):
    """Keep what a process has taken for a while longer."""

    node: str
    channels: tuple[int, ...]


@message
class ReleaseTaken(Request[None]):
    """Let channels go that a process has not read after all."""

    node: str
    channels: tuple[int, ...]


@message
class ChannelDone(Request[None]):
    """Persist that a process has read a channel to its end, or why not."""

    node: str
    channel: int
    ok: bool
    why: str | None = None


@message
class DueAccounts(Request[tuple[int, ...]]):
    """Take accounts whose memberships are to be confirmed."""

    node: str
    limit: int


@message
class Confirmed(Request[None]):
    """Persist when an account's memberships are to be confirmed next."""

    account: int
    failures: int
    """Failures in a row that have led here."""


@message
class CleanUp(Request[Cleaned]):
    """Remove some channels, so many at most, that nobody has followed for a while."""

    limit: int


@message
class TellUnread(Request[int]):
    """Write the notices of channels that are unread for too long, and of those read again."""

    awake_since: datetime


@message
class AddReport(Request[None]):
    """Keep the report of a parse."""

    report: ParseReport


@message
class LastReport(Request[ParseReport | None]):
    """Return an account's last report."""

    account: int


@message
class SetEvery(Request[None]):
    """Change how often an account is read, or one of its channels; it applies at the next tick."""

    account: int
    seconds: float | None
    """None: as by default."""
    channel: int | None = None


ReadingMessage = (
    Follow
    | FollowOne
    | Unfollow
    | SeeChannel
    | HaveRoom
    | FollowFolder
    | UnfollowFolder
    | ListFolders
    | CountSend
    | LoadChannel
    | StoreBatch
    | Amend
    | KeepVisible
    | WishReached
    | LoseChannel
    | ListReaders
    | NoteFlood
    | LoadFloods
    | TakeDue
    | KeepTaken
    | ReleaseTaken
    | ChannelDone
    | DueAccounts
    | Confirmed
    | CleanUp
    | TellUnread
    | AddReport
    | LastReport
    | SetEvery
)
"""What of it concerns reading."""
