"""What each message to the store asks of the database."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, TypeVar

from actors.bot_messages import BotMessage
from actors.keeping_messages import KeepingMessage
from actors.login import State
from actors.messages import (
    AdmitSession,
    ClaimInvite,
    CountPosts,
    DatabaseMessage,
    DismissSession,
    ExpireSession,
    ForgetAccount,
    GiveBackInvite,
    ListAccounts,
    ListChannels,
    ListInvites,
    ListNotices,
    ListPosts,
    LoadAccount,
    LoadSession,
    LocateDatabase,
    MakeInvite,
    MarkDelivered,
    RevokeInvite,
    SaveSession,
    SaveTransition,
    WasAdmitted,
    WhoHolds,
)
from actors.store_messages import (
    AddReport,
    Amend,
    ChannelDone,
    CleanUp,
    Confirmed,
    CountSend,
    DueAccounts,
    Follow,
    FollowFolder,
    FollowOne,
    HaveRoom,
    KeepTaken,
    KeepVisible,
    LastReport,
    ListFolders,
    ListReaders,
    LoadChannel,
    LoadFloods,
    LoseChannel,
    NoteFlood,
    ReleaseTaken,
    SeeChannel,
    SetEvery,
    StoreBatch,
    TakeDue,
    TellUnread,
    Unfollow,
    UnfollowFolder,
    WishReached,
)
from actors.storing_bot import of_bot
from actors.storing_channels import (
    as_tuple,
    count_send,
    of_account,
    of_channels,
    of_schedule,
)
from actors.storing_following import of_folders, of_followers
from actors.storing_keeping import of_keeping
from actors.storing_meaning import of_meaning
from actors.storing_watching import of_watching
from actors.watching_messages import WatchingMessage
from storage import (
    accounts,
    forgetting,
    invites,
    leases,
    notices,
    posts,
    sessions,
)
from storage.database import Database
from storage.sessions import Vault

T = TypeVar("T")


def work(  # noqa: C901  one arm per group of messages
    db: Database, vault: Vault, dsn: str, message: DatabaseMessage, *, most: int | None = None
) -> Coroutine[Any, Any, object]:
    """Return the work that a message to the store asks for.

    An account follows `most` channels at most, if no invite says another number.
    """
    if isinstance(message, BotMessage):
        return of_bot(db, message, most)
    if isinstance(message, KeepingMessage):
        return of_keeping(db, message)
    if isinstance(message, WatchingMessage):
        return of_watching(db, message)
    match message:
        case LocateDatabase():
            return _value(dsn)
        case (
            LoadAccount()
            | WhoHolds()
            | WasAdmitted()
            | ListAccounts()
            | SaveTransition()
            | ForgetAccount()
            | ListNotices()
            | MarkDelivered()
        ):
            return _of_accounts(db, message)
        case AdmitSession() | ExpireSession() | DismissSession() | SaveSession() | LoadSession():
            return _of_sessions(db, vault, message)
        case ClaimInvite() | GiveBackInvite() | MakeInvite() | ListInvites() | RevokeInvite():
            return _of_invites(db, message)
        case ListChannels() | ListPosts() | CountPosts():
            return _of_reads(db, message)
        case LoadChannel() | StoreBatch() | Amend() | ListReaders():
            return of_channels(db, message)
        case (
            Follow()
            | FollowOne()
            | SeeChannel()
            | HaveRoom()
            | Unfollow()
            | KeepVisible()
            | WishReached()
            | LoseChannel()
        ):
            return of_followers(db, message, most)
        case FollowFolder() | UnfollowFolder() | ListFolders():
            return of_folders(db, message)
        case CountSend():
            return count_send(db, message)
        case NoteFlood() | LoadFloods() | AddReport() | LastReport() | SetEvery():
            return of_account(db, message)
        case (
            TakeDue()
            | KeepTaken()
            | ReleaseTaken()
            | ChannelDone()
            | DueAccounts()
            | Confirmed()
            | CleanUp()
            | TellUnread()
        ):
            return of_schedule(db, message)
        case _:
            return of_meaning(db, message)


def _of_accounts(
    db: Database,
    message: (
        LoadAccount
        | WhoHolds
        | WasAdmitted
        | ListAccounts
        | SaveTransition
        | ForgetAccount
        | ListNotices
        | MarkDelivered
    ),
) -> Coroutine[Any, Any, object]:
    match message:
        case LoadAccount():
            return accounts.load(db, message.account)
        case WhoHolds():
            return leases.holder(db, message.account)
        case WasAdmitted():
            return accounts.was_admitted(db, message.account)
        case ListAccounts():
            return as_tuple(accounts.all(db))
        case SaveTransition():
            return accounts.transition(db, message.hold, message.state, message.reason)
        case ForgetAccount():
            return forgetting.forget(db, message.hold)
        case ListNotices():
            return as_tuple(notices.pending(db, account=message.account, limit=message.limit))
        case MarkDelivered():
            return notices.delivered(db, message.notice)


def _of_sessions(
    db: Database,
    vault: Vault,
    message: AdmitSession | ExpireSession | DismissSession | SaveSession | LoadSession,
) -> Coroutine[Any, Any, object]:
    match message:
        case AdmitSession():
            return sessions.admit(db, vault, message.hold, State.READY, None, message.record)
        case ExpireSession():
            return sessions.expire(db, message.hold, message.reason)
        case DismissSession():
            return sessions.dismiss(db, message.hold, message.state, message.reason)
        case SaveSession():
            return sessions.save(db, vault, message.hold, message.record)
        case LoadSession():
            return sessions.load(db, vault, message.account)


def _of_invites(
    db: Database,
    message: ClaimInvite | GiveBackInvite | MakeInvite | ListInvites | RevokeInvite,
) -> Coroutine[Any, Any, object]:
    match message:
        case ClaimInvite():
            return invites.claim(db, message.code, message.account, message.within)
        case GiveBackInvite():
            return invites.give_back(db, message.account)
        case MakeInvite():
            return invites.create(
                db,
                uses=message.uses,
                expires_at=message.expires_at,
                limits=message.limits,
                note=message.note,
            )
        case ListInvites():
            return as_tuple(invites.all(db))
        case RevokeInvite():
            return invites.revoke(db, message.invite)


def _of_reads(
    db: Database, message: ListChannels | ListPosts | CountPosts
) -> Coroutine[Any, Any, object]:
    match message:
        case ListChannels():
            return as_tuple(posts.channels(db, message.account, all_=message.known))
        case ListPosts():
            return as_tuple(posts.newest(db, message.account, message.limit, message.channel))
        case CountPosts():
            return posts.count(db, message.account)


async def _value(value: T) -> T:
    return value
