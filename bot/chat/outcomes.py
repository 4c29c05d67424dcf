"""How a login ended, in the person's language."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from bot.chat.replies import safe
from storage.errors import InviteExpired, InviteUnknown, InviteUsedUp

if TYPE_CHECKING:
    from bot.texts.login import LoginTexts

INVITES: Final = (InviteExpired, InviteUnknown, InviteUsedUp)
"""What is raised for an invite that would be refused the next time, too."""
_KINDS: Final = (
    ("stranger", re.compile(r"done by account (?P<who>\d+), not by")),
    ("unscanned", re.compile(r"^Nobody scanned")),
    ("codes", re.compile(r"^Too many wrong codes")),
    ("passwords", re.compile(r"^Too many wrong passwords")),
    ("no_code", re.compile(r"^No code came")),
    ("no_password", re.compile(r"^No password came")),
    ("cancelled", re.compile(r"^The login was cancelled")),
    ("phone", re.compile(r"^Telegram does not log in by this phone number")),
    ("flooded", re.compile(r"^Telegram asks this account to wait until (?P<until>.+?)\. ")),
    ("no_other_code", re.compile(r"^Telegram sends no other code")),
    ("unreachable", re.compile(r"^Telegram could not be reached")),
    ("revoked", re.compile(r"^Telegram no longer accepts this session")),
    ("logged_out", re.compile(r"was being logged out")),
)
"""What a login's last step says, by its words: it has one language, and no other mark."""


def failed(reason: str, said: LoginTexts, timezone: str) -> str:
    """Say how a login ended that came to nothing, and what to do."""
    for kind, pattern in _KINDS:
        if (found := pattern.search(reason)) is not None:
            named = found.groupdict()
            until = _moment(named.get("until"), timezone)
            return said.failed[kind].format(who=named.get("who"), until=until)
    return said.failed["other"].format(text=safe(reason))


def _moment(written: str | None, timezone: str) -> str:
    try:
        moment = datetime.fromisoformat(written or "")
    except ValueError:
        return "…"
    return f"{moment.astimezone(ZoneInfo(timezone)):%d.%m %H:%M}"
