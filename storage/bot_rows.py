"""What is known of the people who write to the bot, in plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Language = Literal["ru", "en"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Somebody who writes to the bot, logged in or not."""

    account: int
    """The Telegram user id."""
    name: str
    language: Language
    """The one that was chosen, or else the one nearest to Telegram's own."""
    timezone: str
    """An IANA name, like Europe/Moscow."""
    banned_at: datetime | None
    ban_reason: str | None
    blocked_at: datetime | None
    """When the person blocked the bot; None if messages reach them."""
    first_at: datetime
    seen_at: datetime
