"""The nouns of the embedded API: what answers are made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from actors.reasons import LoginEnd, UnreadWhy
from storage.rows import ChannelView as Channel
from storage.rows import FollowedFolder, Forgotten, Invite, InviteRow
from storage.rows import NoticeRow as Notice
from storage.rows import PostView as Post


@dataclass(frozen=True, slots=True, kw_only=True)
class QrCode:
    """A code to be scanned with Telegram's own app: Settings, Devices, Link Desktop Device."""

    url: str = field(repr=False)
    """The tg://login link that the code holds: whoever has it can be logged in by it."""
    expires_at: datetime
    """When Telegram stops accepting it; a fresh one follows by itself."""
    generation: int
    """1 for the first code of a login, then counting up."""
    terminal: str = field(repr=False)
    """The code drawn for a terminal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordNeeded:
    """The code was accepted; Telegram asks for the account's two-step password."""

    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeNeeded:
    """Telegram has sent a login code; it is entered by API call, never typed into a chat.

    Telegram revokes within seconds a code that it sees in a message.
    """

    kind: str
    """How it was sent: app, sms, call, flash_call, missed_call, email, fragment or other."""
    length: int | None
    """Digits of the code, where Telegram says so."""
    next_kind: str | None
    """How the next one would come; None if there is no other way."""
    resend_at: datetime
    """When another code may be asked for."""
    generation: int
    """1 for the first code of a login, then counting up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedIn:
    """The account is READY."""

    account: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginFailed:
    """The login has ended without success."""

    reason: str
    """What happened and what to do, for people."""
    code: LoginEnd
    """The same, for who says it in another language."""
    until: datetime | None = None
    """When Telegram will answer again, if it asked to wait."""
    by: int | None = None
    """Which account has done it instead, if it was a stranger's."""


LoginStep = QrCode | CodeNeeded | PasswordNeeded | LoggedIn | LoginFailed


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorisation:
    """A device or program in which an account is logged in."""

    id: int
    this: bool
    """Whether it is the session kept here."""
    device: str
    platform: str
    app: str
    country: str
    created_at: datetime
    active_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A followed channel that could not be read to its end, and why."""

    channel: int
    title: str
    reason: str
    code: UnreadWhy = "other"
    """The same, for who says it in another language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelRead:
    """What one reading of one channel committed."""

    channel: int
    title: str
    added: int
    edited: int
    deleted: int
    reason: str | None
    """Why the reading ended early, None if it did not."""
    code: UnreadWhy = "other"
    """The same, for who says it in another language."""
    flood_until: datetime | None = None
    lost: bool = False
    """Whether the account that read may not read it any more."""


def not_followed(channel: int) -> ChannelRead:
    """What comes of reading a channel that the account does not follow."""
    return ChannelRead(
        channel=channel,
        title=str(channel),
        added=0,
        edited=0,
        deleted=0,
        reason="The account does not follow it any more. Follow it again to read on.",
        code="not_followed",
        lost=True,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What an account follows, as Telegram lists it now."""

    channels: int
    due: tuple[tuple[int, str], ...]
    """Id and title of those that have something to read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParseReport:
    """What one parse committed."""

    account: int
    channels: int
    """Channels the account follows."""
    added: int
    """Posts stored that were not there before."""
    edited: int
    """Posts whose content has changed since."""
    deleted: int
    """Posts that were taken back, and are gone here too."""
    tagged: int = 0
    indexed: int = 0
    """Posts of the account's channels that became so since its previous report."""
    pending: int = 0
    """Posts that were still to be tagged or indexed; `User.meaning` tells what they wait for."""
    counted_at: datetime | None = None
    """When these three were counted."""
    unread: tuple[Unread, ...]
    """Channels whose reading ended early; the next parse goes on where it ended."""
    flood_until: datetime | None
    """When Telegram will answer the account again, if it asked to wait."""
    began_at: datetime
    took: float
    """Seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParseProgress:
    """How far a parse has come."""

    channel: str
    """The title of the channel that moved last."""
    done: int
    """Channels read."""
    channels: int
    """Channels to read."""
    added: int
    """Posts stored so far."""
    settling: bool = False
    """Whether all is read, and what is new is being tagged and indexed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How an account is doing."""

    account: int
    state: str
    """NEW, QR_WAIT, CODE_WAIT, PASSWORD_WAIT, READY, EXPIRED or LOGGED_OUT."""
    reason: str | None
    """Why, where the state needs one."""
    since: datetime | None
    """When the state began; None for an account that was never seen."""
    parsing: bool
    """Whether its channels are being read now."""
    flood_until: datetime | None
    """When Telegram will answer the account again, if it asked to wait."""
    last_report: ParseReport | None
    """What the last parse committed."""
    holder: str | None = None
    """Which process has the account, if it is another one that lives."""


__all__ = [
    "Authorisation",
    "Channel",
    "CodeNeeded",
    "FollowedFolder",
    "Forgotten",
    "Invite",
    "InviteRow",
    "LoggedIn",
    "LoginFailed",
    "LoginStep",
    "Notice",
    "ParseProgress",
    "ParseReport",
    "PasswordNeeded",
    "Post",
    "QrCode",
    "Status",
    "Unread",
]
