"""What is said between the embedded API and the actors, and from actor to actor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime, timedelta

from actors.bot_messages import BotMessage
from actors.keeping_messages import KeepingMessage
from actors.login import State
from actors.meaning_messages import BeginWork, MeaningMessage
from actors.store_messages import ReadingMessage
from actors.values import (
    Authorisation,
    Channel,
    ChannelRead,
    CodeNeeded,
    Listed,
    LoggedIn,
    LoginFailed,
    ParseProgress,
    ParseReport,
    PasswordNeeded,
    Post,
    QrCode,
    Status,
)
from actors.watching_messages import WatchingMessage
from runtime import Message, Request, StreamRequest, Urgent, message
from storage.rows import (
    AccountRow,
    Forgotten,
    Hold,
    Holder,
    Invite,
    InviteRow,
    NoticeRow,
)


@message
class LoginRequest(StreamRequest[QrCode | CodeNeeded | PasswordNeeded, LoggedIn | LoginFailed]):
    """Log in, or join the login that runs: by QR code, or by a code sent to a phone."""

    within: float
    """Seconds until the login gives up."""
    phone: str | None = field(default=None, repr=False)
    """A normalised number: a login that runs goes on with a code sent there."""
    api: tuple[int, str] | None = field(default=None, repr=False)
    """API keys of the account's own."""
    invite: str | None = field(default=None, repr=False)
    """An invite, of which one use is reserved until the login ends."""


@message
class CancelLogin(Request[bool]):
    """End the login that runs, for all who joined it; answered with whether there was one."""


@message
class CodeRequest(Request[None]):
    """Prove the code that Telegram has sent; shown by no `repr`, like the password."""

    code: str = field(repr=False)


@message
class ResendRequest(Request[None]):
    """Have another login code sent, the next way."""


@message
class PasswordRequest(Request[None]):
    """Prove the two-step password that a login waits for.

    The password exists in this message only: it is kept nowhere, and shown by no `repr`.
    """

    password: str = field(repr=False)


@message
class AdoptRequest(Request[LoggedIn]):
    """Take over a session that was made elsewhere and belongs to this account."""

    record: bytes = field(repr=False)


@message
class ImportRequest(Request[LoggedIn]):
    """See whose session a record is, and let that account adopt it."""

    record: bytes = field(repr=False)
    api: tuple[int, str] | None = field(default=None, repr=False)
    """The API keys it was made with, if they are not the operator's."""


@message
class LogoutRequest(Request[None]):
    """End the session at Telegram, and destroy its record."""


@message
class ForgetRequest(Request[Forgotten]):
    """Log out, and delete whatever only this account may see."""


@message
class ListAuthorisations(Request[tuple[Authorisation, ...]]):
    """Tell where the account is logged in."""


@message
class EndAuthorisation(Request[None]):
    """Log the account out elsewhere."""

    authorisation: int


@message
class ListRequest(Request[Listed]):
    """Confirm what the account follows; raises `Flooded` when Telegram asks to wait."""


@message
class ReadChannel(StreamRequest[int, ChannelRead]):
    """Read one channel; its progress is how many posts were added."""

    channel: int
    depth: int | None
    """How many of its newest posts an unread channel starts with; None for all."""


@message
class FollowRequest(Request[int]):
    """Follow a channel by its name, a link to it, or an invite; answered with its id."""

    what: str = field(repr=False)
    depth: int | timedelta | None
    """How many posts, or how far back, is wanted of it; None: as by default."""


@message
class FollowFolderRequest(Request[int]):
    """Follow a folder of the account by its title or number; answered with its number."""

    named: str


@message
class StayLive(Message):
    """Keep the account connected, and have read at once what Telegram tells of."""


@message
class StatusRequest(Urgent, Request[Status]):
    """Tell how the account is doing; no work is ahead of it."""


SigningMessage = LoginRequest | CancelLogin | CodeRequest | ResendRequest | PasswordRequest
"""What is said during a login."""

SessionMessage = (
    SigningMessage
    | AdoptRequest
    | LogoutRequest
    | ForgetRequest
    | ListAuthorisations
    | EndAuthorisation
    | ListRequest
    | ReadChannel
    | FollowRequest
    | FollowFolderRequest
    | StayLive
    | StatusRequest
)
"""What a SessionActor understands."""

NewcomerMessage = SigningMessage | ImportRequest
"""What a NewcomerActor understands."""


@message
class ReadOnce(StreamRequest[int, ChannelRead | None]):
    """Have a channel read by whoever can, or join its reading; None if nobody can."""

    channel: int
    account: int | None
    """Who is asked first."""
    depth: int | None
    heard: bool = False
    """Whether something has just happened in it: a reading that runs may have passed it by."""


ReaderMessage = ReadOnce
"""What the ReaderActor understands."""


@message
class TickRequest(Request[None]):
    """Look at once what is due."""


SchedulerMessage = TickRequest
"""What the SchedulerActor understands."""


@message
class ParseRequest(StreamRequest[ParseProgress, ParseReport]):
    """Read an account's channels, or join the reading that runs."""

    account: int
    depth: int | None
    settle: float = 0.0
    """Seconds to wait, at most, until what is due to be tagged and indexed is so or put back."""


ParserMessage = ParseRequest
"""What the ParserActor understands."""


@message
class LocateDatabase(Request[str]):
    """Return the address of the database, with whoever logs in there."""


@message
class LoadAccount(Request[AccountRow | None]):
    """Return an account's row."""

    account: int


@message
class WhoHolds(Request[Holder | None]):
    """Tell which living process has an account."""

    account: int


@message
class WasAdmitted(Request[bool]):
    """Tell whether an account was ever logged in here."""

    account: int


@message
class ListAccounts(Request[tuple[AccountRow, ...]]):
    """Return every account's row."""


@message
class SaveTransition(Request[AccountRow]):
    """Persist an account's state."""

    hold: Hold
    state: State
    reason: str | None = None


@message
class AdmitSession(Request[AccountRow]):
    """Make an account READY, together with the session record that this stands on."""

    hold: Hold
    record: bytes = field(repr=False)


@message
class ExpireSession(Request[AccountRow]):
    """Make an account EXPIRED: its record is put aside, and a notice is written."""

    hold: Hold
    reason: str


@message
class DismissSession(Request[AccountRow]):
    """Put an account into a state without a session, whose record is destroyed."""

    hold: Hold
    state: State
    reason: str | None


@message
class ForgetAccount(Request[Forgotten]):
    """Delete an account and whatever only it may see."""

    hold: Hold


@message
class SaveSession(Request[None]):
    """Replace an account's session record."""

    hold: Hold
    record: bytes = field(repr=False)


@message
class LoadSession(Request[bytes | None]):
    """Return an account's session record."""

    account: int


@message
class ListChannels(Request[tuple[Channel, ...]]):
    """Return the channels an account follows."""

    account: int
    known: bool = False
    """Also those that it follows no more, with why."""


@message
class ListPosts(Request[tuple[Post, ...]]):
    """Return the newest posts an account may see, newest first."""

    account: int
    limit: int
    channel: int | None = None


@message
class CountPosts(Request[int]):
    """Count the posts an account may see."""

    account: int


@message
class ClaimInvite(Request[None]):
    """Reserve one use of an invite for an account."""

    account: int
    code: str = field(repr=False)
    within: float
    """Seconds the reservation lasts."""


@message
class GiveBackInvite(Request[None]):
    """Free the use an account has reserved and not spent."""

    account: int


@message
class MakeInvite(Request[Invite]):
    """Make an invite; its code is told this once."""

    uses: int
    expires_at: datetime | None
    limits: Mapping[str, int]
    note: str


@message
class ListInvites(Request[tuple[InviteRow, ...]]):
    """Return all invites, without their codes."""


@message
class RevokeInvite(Request[bool]):
    """Let nobody use an invite any more; answered with whether there was one."""

    invite: int


@message
class ListNotices(Request[tuple[NoticeRow, ...]]):
    """Return the notices that were not delivered yet, oldest first."""

    account: int | None
    limit: int


@message
class MarkDelivered(Request[bool]):
    """Keep in mind that a notice has reached whom it concerns."""

    notice: int


DatabaseMessage = (
    ReadingMessage
    | MeaningMessage
    | BotMessage
    | KeepingMessage
    | WatchingMessage
    | LocateDatabase
    | LoadAccount
    | WhoHolds
    | WasAdmitted
    | ListAccounts
    | SaveTransition
    | AdmitSession
    | ExpireSession
    | DismissSession
    | ForgetAccount
    | ClaimInvite
    | GiveBackInvite
    | MakeInvite
    | ListInvites
    | RevokeInvite
    | ListNotices
    | MarkDelivered
    | SaveSession
    | LoadSession
    | ListChannels
    | ListPosts
    | CountPosts
)
"""What is asked of the database alone."""

StoreMessage = DatabaseMessage | BeginWork
"""What the StoreActor understands."""
