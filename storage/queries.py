"""The statements of queries.sql by name."""

import re
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).with_name("queries.sql")
_STATEMENT = re.compile(r"(?ms)^-- name: (\w+)\n-- ([^\n]+)\n(.+?);\n*(?=^-- name: |\Z)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Queries:
    """The text of each statement."""

    lock_schema: str
    traits: str
    lowered: str
    create_migrations: str
    applied_migrations: str
    record_migration: str
    account: str
    accounts: str
    set_account: str
    limit_pauses: str
    register_node: str
    revoke_place: str
    give_up_logins: str
    forget_nodes: str
    renew_node: str
    resign_node: str
    register_account: str
    holder: str
    keep_node: str
    lock_node: str
    revoke_expired_node: str
    hold_account: str
    release_account: str
    session: str
    save_session: str
    admit: str
    discard_session: str
    lock_account: str
    see_channels: str
    subscribe: str
    followed: str
    store_posts: str
    newest_posts: str
    channel_views: str
    count_posts: str
    count_accounts: str
    sealed_sessions: str


def load(text: str) -> Queries:
    """Cut the text into its statements; each of them must be known and all be there."""
    return Queries(**{name: statement for name, _, statement in _STATEMENT.findall(text)})


sql = load(SOURCE.read_text(encoding="utf-8"))
