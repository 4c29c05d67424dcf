"""How a login ended, in the person's language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.chat.moments import moment
from storage.errors import InviteExpired, InviteUnknown, InviteUsedUp

if TYPE_CHECKING:
    from actors import LoginFailed
    from bot.texts.login import LoginTexts

INVITES: Final = (InviteExpired, InviteUnknown, InviteUsedUp)
"""What is raised for an invite that would be refused the next time, too."""


def failed(end: LoginFailed, said: LoginTexts, timezone: str) -> str:
    """Say how a login ended that came to nothing, and what to do."""
    return said.failed[end.code].format(by=end.by, until=moment(end.until, timezone))
