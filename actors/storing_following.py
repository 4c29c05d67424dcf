"""What each message about following asks of the database."""

from __future__ import annotations

from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Any

from actors.store_messages import (
    Follow,
    FollowFolder,
    FollowOne,
    HaveRoom,
    KeepVisible,
    ListFolders,
    LoseChannel,
    SeeChannel,
    Unfollow,
    UnfollowFolder,
    WishReached,
)
from actors.storing_channels import as_tuple
from storage import folders, posts, schedule
from storage.database import Database
from storage.rows import ChannelState


def of_followers(
    db: Database,
    message: (
        Follow
        | FollowOne
        | SeeChannel
        | HaveRoom
        | Unfollow
        | KeepVisible
        | WishReached
        | LoseChannel
    ),
    most: int | None = None,
) -> Coroutine[Any, Any, object]:
    """Work on who follows a channel, of `most` at most, and what of it they see."""
    match message:
        case Follow():
            return _followed(db, message, most)
        case FollowOne():
            return _followed_one(db, message, most)
        case SeeChannel():
            return posts.see(db, message.hold, message.seen)
        case HaveRoom():
            return posts.have_room(db, message.account, most=most)
        case Unfollow():
            return posts.unfollow(db, message.account, message.channel)
        case KeepVisible():
            return posts.sees_from(db, message.hold, message.channel, message.visible_from)
        case WishReached():
            return posts.reached(db, message.hold, message.channel)
        case LoseChannel():
            return posts.lost(db, message.hold, message.channel, message.why)


def of_folders(
    db: Database, message: FollowFolder | UnfollowFolder | ListFolders
) -> Coroutine[Any, Any, object]:
    """Work on the folders that accounts follow."""
    match message:
        case FollowFolder():
            return folders.follow(db, message.hold, message.folder, message.title)
        case UnfollowFolder():
            return folders.unfollow(db, message.account, message.folder)
        case ListFolders():
            return as_tuple(folders.followed(db, message.account))


async def _followed(db: Database, message: Follow, most: int | None) -> tuple[ChannelState, ...]:
    states = await posts.follow(
        db,
        message.hold,
        message.seen,
        complete=message.complete,
        folders=message.folders,
        most=most,
    )
    await schedule.apply(db, message.hold.account, now=datetime.now(UTC))
    return tuple(states)


async def _followed_one(db: Database, message: FollowOne, most: int | None) -> ChannelState:
    state = await posts.follow_one(
        db, message.hold, message.seen, message.depth, message.source, most=most
    )
    await schedule.apply(db, message.hold.account, now=datetime.now(UTC))
    return state
