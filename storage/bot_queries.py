"""The statements of bot.sql by name."""

from dataclasses import dataclass
from pathlib import Path

from storage.queries import load

SOURCE = Path(__file__).with_name("bot.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class BotQueries:
    """The text of each statement about the people of the bot."""

    visit: str
    visitor: str
    choose: str
    block: str
    unblock: str
    forget_visitor: str
    ban: str
    unban: str
    banned: str
    tellable_notices: str
    drop_untold: str
    visitors: str
    limits: str
    set_limits: str
    take_question: str
    next_question: str
    hold_timezone: str
    plan_digest: str
    digest_plan: str
    unplan_digest: str
    lock_plan: str
    move_digest: str
    due_digests: str
    take_digests: str
    lock_taken_digest: str
    finish_digest: str
    know_bot: str
    poller: str
    hold_bot: str
    release_bot: str
    states: str
    count_visitors: str
    works: str
    deaths: str
    floods_now: str


bot_sql = load(SOURCE.read_text(encoding="utf-8"), BotQueries)
