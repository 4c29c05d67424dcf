"""What each message about what the service keeps asks of the database."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from actors.keeping_messages import (
    FindToken,
    IssueToken,
    KeepingMessage,
    ListTokens,
    MakeLoginLink,
    PagePosts,
    RevokeToken,
    SpendLoginLink,
)
from actors.storing_channels import as_tuple
from storage import login_links, paging, tokens
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
        case PagePosts():
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
