"""Notices in words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from actors import Notice
from bot.notices import told
from bot.wording import moment

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


def test_a_full_disk_is_told_with_what_to_do_and_its_end() -> None:
    """How much is free and how much is needed; then since when there was too little."""
    text = told(notice("no_space", None, since=THEN.isoformat(), free=50, floor=200))
    assert "only 50 MB are free for the data folder, and below 200 MB nothing is read" in text
    assert "Free some disk space" in text
    again = told(notice("space_again", None, since=THEN.isoformat()))
    assert again.endswith(f"as there was not since {moment(THEN)}.")


def test_a_missed_digest_is_told_with_when_it_was_due() -> None:
    """Whose it was and which, and that nothing is to be done."""
    text = told(notice("digest_missed", 7, due_at=THEN.isoformat()))
    assert f"the digest of {moment(THEN)} for account 7 could not be made in time." in text
    assert text.endswith("The next one comes as planned.")


def test_an_unknown_kind_is_told_as_it_is() -> None:
    """A notice of a newer version is not lost: its kind, its person and its data are shown."""
    assert told(notice("stuck", 7, channel="Новости")).endswith(
        'stuck for account 7: {"channel": "Новости"}'
    )
    assert ": stuck for the operator: {}" in told(notice("stuck", None))


@pytest.mark.parametrize(
    ("account", "data", "end"),
    [
        (7, {"cause": "expired"}, "nobody who follows it is logged in. See: tgactors login 7"),
        (None, {"cause": "expired"}, "nobody who follows it is logged in. See: tgactors status"),
        (
            7,
            {"cause": "flooded", "until": "2026-05-17T09:30:00.5+00:00"},
            f"Telegram lets those who follow it wait until {moment(THEN)}. Nothing is to be done.",
        ),
        (7, {"cause": "failed", "why": "Telegram\x1b is away."}, "failed. Telegram is away."),
        (None, {"cause": "late"}, "Keep a schedule running: tgactors parse ID --follow"),
        (7, {"cause": "moon", "why": "It is full."}, "that is not known here. It is full."),
    ],
)
def test_an_unread_channel_is_told_with_its_cause(
    account: int | None, data: dict[str, str], end: str
) -> None:
    """Which channel, since when, why, and what to do, if anything is."""
    since = "2026-05-17T09:30:00.123456+00:00"
    text = told(notice("unread", account, channel=5, title="News\n", since=since, **data))
    assert f": News is not read since {moment(THEN)}: " in text
    assert text.endswith(end)


def test_a_channel_that_is_read_again_is_told_with_what_came() -> None:
    """Which channel, since when it was not read, and how many posts came since."""
    text = told(notice("read_again", 7, channel=5, title="News", since="long ago", posts=1))
    assert text.endswith("News is read again; it was not since long ago. Since then: 1 post.")
