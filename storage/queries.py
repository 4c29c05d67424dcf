"""The statements of queries.sql by name."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

SOURCE = Path(__file__).with_name("queries.sql")
_STATEMENT = re.compile(r"(?ms)^-- name: (\w+)\n-- ([^\n]+)\n(.+?);\n*(?=^-- name: |\Z)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Queries:
    """The text of each statement."""

    lock_schema: str
    types_to_learn: str
    traits: str
    lowered: str
    create_migrations: str
    applied_migrations: str
    record_migration: str
    account: str
    was_admitted: str
    accounts: str
    set_account: str
    register_node: str
    revoke_place: str
    give_up_logins: str
    forget_nodes: str
    renew_node: str
    resign_node: str
    register_account: str
    holder: str
    living_holder: str
    keep_node: str
    lock_node: str
    revoke_expired_node: str
    hold_account: str
    release_account: str
    session: str
    save_session: str
    admit: str
    lock_account: str
    keep_hold: str
    lock_anyones_account: str
    former_owners: str
    take_names: str
    see_channels: str
    standings: str
    subscribe: str
    restand: str
    folders: str
    follow_folder: str
    see_folders: str
    unfollow_folder: str
    channel_limit: str
    count_followed: str
    subscribe_one: str
    unwant: str
    lose_channel: str
    forget_wishes: str
    limit_sight: str
    followed: str
    readers: str
    lock_channels: str
    forsaken_channels: str
    long_forsaken_channels: str
    delete_posts: str
    drop_arrivals: str
    replace_work: str
    reset_channels: str
    delete_channels: str
    store_posts: str
    lock_channel: str
    held_albums: str
    held_posts: str
    change_posts: str
    remove_posts: str
    spread_arrivals: str
    spread_some_arrivals: str
    arm_work: str
    lock_work_of: str
    disarm_work: str
    note_reading: str
    newest_posts: str
    post_of: str
    channel_views: str
    count_posts: str
    claim_work: str
    free_work: str
    finish_work: str
    put_back_work: str
    give_up_work: str
    count_work: str
    count_accounts: str
    sealed_sessions: str
    write_notice: str
    pending_notices: str
    deliver_notice: str
    create_invite: str
    invites: str
    revoke_invite: str
    lock_invite: str
    invite_left: str
    reserve_invite: str
    lock_reserved_invite: str
    spend_invite: str
    give_back_invite: str
    lock_claimed_invites: str
    forget_claims: str
    quarantine_session: str
    destroy_records: str
    hold_keys: str
    settle_keys: str
    sessions_after: str
    reseal_session: str
    quarantined_after: str
    reseal_quarantined: str
    lock_seen_channels: str
    forget_notices: str
    delete_account: str
    take_due: str
    keep_taken: str
    release_taken: str
    lock_taken: str
    interval_of: str
    finish_reading: str
    set_account_interval: str
    set_channel_interval: str
    lock_followed: str
    pull_in: str
    take_due_accounts: str
    set_confirm_at: str
    drop_unread: str
    drop_unread_channels: str
    tell_read_again: str
    tell_channels_read_again: str
    tell_unread: str
    tell_unread_channels: str
    freshness: str
    unread_causes: str
    note_flood: str
    floods: str
    keep_send: str
    sends: str
    add_report: str
    last_report: str


def load(text: str, known: type[T]) -> T:
    """Cut the text into its statements; each of them must be known and all be there."""
    return known(**{name: statement for name, _, statement in _STATEMENT.findall(text)})


sql = load(SOURCE.read_text(encoding="utf-8"), Queries)
