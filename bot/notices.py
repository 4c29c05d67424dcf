"""Notices in words."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bot.wording import line, moment

if TYPE_CHECKING:
    from actors import Notice


def told(notice: Notice) -> str:
    """Say what a notice is about, whom it concerns, and what to do."""
    when, account = moment(notice.created_at), notice.account
    if notice.kind == "expired":
        reason = line(str(notice.data.get("reason", "for no known reason")))
        what = f"Telegram ended the session of account {account} ({reason})"
        return f"{when}: {what}. Log in again: tgactors login {account}"
    whom = "the operator" if account is None else f"account {account}"
    data = line(json.dumps(dict(notice.data), ensure_ascii=False))
    return f"{when}: {line(notice.kind)} for {whom}: {data}"
