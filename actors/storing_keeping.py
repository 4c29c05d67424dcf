"""What each message about what the service keeps asks of the database."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from actors.keeping_messages import (
    AdoptRetention,
    DescribeRetention,
    FindToken,
    Identify,
    IssueToken,
    KeepFor,
    KeepingMessage,
    ListDoomed,
    ListTokens,
    MakeLoginLink,
    PagePosts,
    Retain,
    RevokeToken,
    SpendLoginLink,
    WantedFor,
    WantFor,
)
from actors.storing_channels import as_tuple
from storage import identity, login_links, paging, retention, tokens
from storage.database import Database


def of_keeping(db: Database, message: KeepingMessage) -> Coroutine[Any, Any, object]:
    """Work on what the service keeps."""
    match message:
        case IssueToken():
            return tokens.issue(db, name=message.name, account=message.account)
        case ListTokens():
            return as_tuple(tokens.all(db))
        case RevokeToken():
            return tokens.revoke(db, message.token)
        case FindToken():
            return tokens.find(db, message.text)
        case MakeLoginLink():
            return login_links.make(db, message.account, invite=message.invite)
        case SpendLoginLink():
            return login_links.spend(db, message.text)
        case Identify():
            return _identity(db)
        case PagePosts():
            return _page(db, message)
        case _:
            return _of_retention(db, message)


async def _identity(db: Database) -> object:
    found = await identity.find(db)
    assert found is not None, "the schema has a house"  # noqa: S101
    return found.id


def _page(db: Database, message: PagePosts) -> Coroutine[Any, Any, object]:
    return paging.page(
        db,
        message.account,
        before=message.before,
        limit=message.limit,
        channel=message.channel,
        since=message.since,
        until=message.until,
        tags=message.tags,
    )


def _of_retention(
    db: Database,
    message: (
        DescribeRetention | KeepFor | AdoptRetention | WantFor | WantedFor | ListDoomed | Retain
    ),
) -> Coroutine[Any, Any, object]:
    match message:
        case DescribeRetention():
            return retention.describe(db)
        case KeepFor():
            return retention.keep(db, message.days)
        case AdoptRetention():
            return retention.adopt(db, message.days)
        case WantFor():
            return retention.want(db, message.account, message.days)
        case WantedFor():
            return retention.wanted(db, message.account)
        case ListDoomed():
            return as_tuple(retention.doomed(db, days=message.days))
        case Retain():
            return retention.retain(db)
