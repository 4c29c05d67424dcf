"""Notices in words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from actors import Notice
from bot.notices import told

THEN = datetime(2026, 5, 17, 9, 30, tzinfo=UTC)


def notice(kind: str, account: int | None, **data: Any) -> Notice:
    """A notice that nobody was told."""
    return Notice(
        id=1,
        account=account,
        kind=kind,
        occurrence="once",
        data=data,
        created_at=THEN,
        delivered_at=None,
    )


def test_an_expired_session_is_told_with_its_reason_and_remedy() -> None:
    """Whose it was, why, and how to go on; nothing of it can move the cursor."""
    text = told(notice("expired", 7, reason="REVOKED\x1b[2J"))
    assert "the session of account 7 (REVOKED[2J)." in text
    assert text.endswith("Log in again: tgactors login 7")
    assert datetime.fromisoformat(text[:22]) == THEN


def test_an_unknown_kind_is_told_as_it_is() -> None:
    """A notice of a newer version is not lost: its kind, its person and its data are shown."""
    assert told(notice("stuck", 7, channel="Новости")).endswith(
        'stuck for account 7: {"channel": "Новости"}'
    )
    assert ": stuck for the operator: {}" in told(notice("stuck", None))
