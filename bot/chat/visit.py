"""Who has written, as every handler gets to know it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.texts import Texts

if TYPE_CHECKING:
    from actors.people import User
    from storage.bot_rows import Visitor


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One person's update: who it is, in what language, and what can be done for them."""

    visitor: Visitor
    user: User
    texts: Texts
    is_admin: bool
