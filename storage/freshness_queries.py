"""The statements of freshness.sql by name."""

from dataclasses import dataclass
from pathlib import Path

from storage.queries import load

SOURCE = Path(__file__).with_name("freshness.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class FreshnessQueries:
    """The text of each statement about how fresh the archive is."""

    stored_by_hour: str
    forget_storings: str
    work_ages: str
    held: str
    floods_by_method: str


freshness_sql = load(SOURCE.read_text(encoding="utf-8"), FreshnessQueries)
