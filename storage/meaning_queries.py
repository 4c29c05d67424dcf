"""The statements of meaning.sql by name."""

from dataclasses import dataclass
from pathlib import Path

from storage.queries import load

SOURCE = Path(__file__).with_name("meaning.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class MeaningQueries:
    """The text of each statement about the meaning of posts."""

    claimed_posts: str
    hold_posts: str
    keep_tags: str
    hold_collection: str
    lock_work: str
    keep_indexed: str
    void_meaning: str
    retry_work: str
    next_work: str
    keep_spendings: str
    poor_until: str
    lock_collections: str
    collections: str
    know_collection: str
    hold_channels: str
    index_all: str
    index_again: str
    retire_collection: str
    activate_collection: str
    forget_collection: str
    held_channels: str
    lock_one_channel: str
    differences: str
    arm_index: str
    arm_removal: str
    unsay: str
    renew_words: str
    find_words: str
    read_as: str
    search_words: str
    vocabulary: str
    scope: str
    tagged_posts: str
    posts_between: str
    meaning: str
    waiting: str


meaning_sql = load(SOURCE.read_text(encoding="utf-8"), MeaningQueries)
