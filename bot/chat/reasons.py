"""Why something was not done, or not all of it, in the person's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.chat.moments import moment
from bot.chat.replies import safe

if TYPE_CHECKING:
    from collections.abc import Iterable

    from actors import Unread
    from actors.search_values import Trouble
    from bot.texts import Texts


def troubled(troubles: Iterable[Trouble], texts: Texts, timezone: str) -> list[str]:
    """Say what was not open to a search, a question or a digest, each thing once."""
    sentences = (
        texts.reasons.troubles[each.code].format(until=moment(each.until, timezone))
        for each in troubles
    )
    return [f"⚠️ {sentence}" for sentence in dict.fromkeys(sentences)]


def unread(each: Unread, texts: Texts) -> str:
    """Say which channel was not read to its end, and why."""
    return f"• {safe(each.title)}: {texts.reasons.unread[each.code]}"
