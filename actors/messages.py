"""What is said between the embedded API and the actors, and from actor to actor."""

from __future__ import annotations

from dataclasses import field

from actors.login import State
from actors.values import (
    Channel,
    LoggedIn,
    LoginFailed,
    ParseProgress,
    ParseReport,
    PasswordNeeded,
    Post,
    QrCode,
    Status,
)
from runtime import Request, StreamRequest, Urgent, message
from storage.rows import AccountRow, Batch, ChannelSeen, ChannelState, Stored


@message
class LoginRequest(StreamRequest[QrCode | PasswordNeeded, LoggedIn | LoginFailed]):
    """Log in by QR code, or join the login that runs."""

    within: float
    """Seconds until the login gives up."""


@message
class PasswordRequest(Request[None]):
    """Prove the two-step password that a login waits for.

    The password exists in this message only: it is kept nowhere, and shown by no `repr`.
    """

    password: str = field(repr=False)


@message
class ReadRequest(StreamRequest[ParseProgress, ParseReport]):
    """Read what is new in the account's channels."""

    depth: int | None
    """How many of its newest posts an unread channel starts with; None for all."""


@message
class StatusRequest(Urgent, Request[Status]):
    """Tell how the account is doing; no work is ahead of it."""


SessionMessage = LoginRequest | PasswordRequest | ReadRequest | StatusRequest
"""What a SessionActor understands."""


@message
class ParseRequest(StreamRequest[ParseProgress, ParseReport]):
    """Read an account's channels, or join the reading that runs."""

    account: int
    depth: int | None


ParserMessage = ParseRequest
"""What the ParserActor understands."""


@message
class LoadAccount(Request[AccountRow | None]):
    """Return an account's row."""

    account: int


@message
class ListAccounts(Request[tuple[AccountRow, ...]]):
    """Return every account's row."""


@message
class SaveTransition(Request[AccountRow]):
    """Persist an account's state, and with it the session record that the state stands on."""

    account: int
    state: State
    reason: str | None = None
    record: bytes | None = None


@message
class SaveSession(Request[None]):
    """Replace an account's session record."""

    account: int
    record: bytes


@message
class LoadSession(Request[bytes | None]):
    """Return an account's session record."""

    account: int


@message
class Follow(Request[tuple[ChannelState, ...]]):
    """Persist the channels an account follows now; answered with what was read of each."""

    account: int
    seen: tuple[ChannelSeen, ...]


@message
class StoreBatch(Request[Stored]):
    """Store posts with the ids they prove read, in one transaction."""

    batch: Batch


@message
class ListChannels(Request[tuple[Channel, ...]]):
    """Return the channels an account follows."""

    account: int


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


StoreMessage = (
    LoadAccount
    | ListAccounts
    | SaveTransition
    | SaveSession
    | LoadSession
    | Follow
    | StoreBatch
    | ListChannels
    | ListPosts
    | CountPosts
)
"""What the StoreActor understands."""
