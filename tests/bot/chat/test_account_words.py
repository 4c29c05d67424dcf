"""Whatever Telegram and channels say, messages about an account are HTML that shows it as it is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import cast

from hypothesis import given
from hypothesis import strategies as st

import actors
from actors.markup import parse
from actors.people import User
from bot import texts
from bot.chat.notices import told
from bot.chat.settings import menu
from bot.chat.status import Condition
from bot.chat.status import told as status_told
from bot.chat.visit import Visit
from storage.bot_rows import Visitor
from storage.meaning_rows import Meaning, Waiting

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)

anything = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60) | st.sampled_from(
    ["</b>", "<a href='x'>", "&amp;", "&", '"><script>', "{title}", "{", "<code>"]
)
languages = st.sampled_from([texts.EN, texts.RU])


def visit(said: texts.Texts, timezone: str = "Europe/Moscow") -> Visit:
    """Somebody's visit, of whom nothing is asked."""
    visitor = Visitor(
        account=5,
        name="",
        language=said.language,
        timezone=timezone,
        banned_at=None,
        ban_reason=None,
        blocked_at=None,
        first_at=NOON,
        seen_at=NOON,
    )
    return Visit(visitor=visitor, user=cast("User", None), texts=said, is_admin=False)


@given(anything, anything, st.sampled_from(["unread", "read_again", "expired", "else"]), languages)
def test_notices_are_html(title: str, why: str, kind: str, said: texts.Texts) -> None:
    """A channel's title and Telegram's reason break nothing out of."""
    notice = actors.Notice(
        id=1,
        account=5,
        kind=kind,
        occurrence="",
        data={"title": title, "why": why, "reason": why, "cause": "failed", "since": why},
        created_at=NOON,
        delivered_at=None,
    )
    shown = parse(told(notice, said, "UTC")).text
    if kind in {"unread", "read_again"}:
        assert (title.strip() or "?") in shown
    if kind == "expired":
        assert why.strip() in shown


@given(anything, anything, anything, languages)
def test_a_status_is_html(title: str, reason: str, state: str, said: texts.Texts) -> None:
    """Titles and reasons show as they are, whatever the state."""
    report = actors.ParseReport(
        account=5,
        channels=1,
        added=0,
        edited=0,
        deleted=0,
        unread=(actors.Unread(channel=1, title=title, reason=reason),) * 12,
        flood_until=None,
        began_at=NOON,
        took=1.0,
    )
    meaning = Meaning(
        posts=3,
        tagged=1,
        skipped=0,
        dead=1,
        indexed=1,
        pending=1,
        fresh_tagged=0,
        fresh_indexed=0,
        at=NOON,
        waiting=(
            Waiting(kind="tag", reason=reason, posts=1, next_at=NOON),
            Waiting(kind="index", reason=reason, posts=1, next_at=None),
        ),
    )
    for each in ("EXPIRED", "READY", state):
        status = actors.Status(
            account=5,
            state=each,
            reason=reason,
            since=NOON,
            parsing=False,
            flood_until=NOON,
            last_report=report,
        )
        condition = Condition(status=status, channels=(), meaning=meaning, at=NOON)
        shown = parse(status_told(condition, visit(said))).text
        assert title.strip() in shown
        if each == "EXPIRED":
            assert reason.strip() in shown


@given(languages)
def test_the_menu_tells_the_time_where_the_person_is(said: texts.Texts) -> None:
    """By the clock there, to the minute."""
    shown = parse(menu(visit(said, "Asia/Tokyo").visitor)).text
    assert "Asia/Tokyo" in shown
