"""Notices in words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bot.wording import counted, line, moment

if TYPE_CHECKING:
    from actors import Notice


def told(notice: Notice) -> str:
    """Say what a notice is about, whom it concerns, and what to do."""
    when, account = moment(notice.created_at), notice.account
    if notice.kind == "expired":
        reason = line(str(notice.data.get("reason", "for no known reason")))
        what = f"Telegram ended the session of account {account} ({reason})"
        return f"{when}: {what}. Log in again: tgactors login {account}"
    if notice.kind == "unread":
        return f"{when}: {_unread(notice.data, account)}"
    if notice.kind == "read_again":
        title, since = _title(notice.data), _time(notice.data.get("since"))
        came = counted(int(notice.data.get("posts", 0)), "post")
        return f"{when}: {title} is read again; it was not since {since}. Since then: {came}."
    if notice.kind == "no_space":
        return f"{when}: {_no_space(notice.data)}"
    if notice.kind == "space_again":
        since = _time(notice.data.get("since"))
        return f"{when}: there is room in the data folder again, as there was not since {since}."
    if notice.kind == "digest_missed":
        due = _time(notice.data.get("due_at"))
        what = f"the digest of {due} for account {account} could not be made in time"
        return f"{when}: {what}. The next one comes as planned."
    whom = "the operator" if account is None else f"account {account}"
    data = line(json.dumps(dict(notice.data), ensure_ascii=False))
    return f"{when}: {line(notice.kind)} for {whom}: {data}"


def _no_space(data: Mapping[str, Any]) -> str:
    free, floor = line(str(data.get("free"))), line(str(data.get("floor")))
    short = f"only {free} MB are free for the data folder, and below {floor} MB nothing is read"
    return f"{short}. Free some disk space; reading goes on by itself."


def _unread(data: Mapping[str, Any], account: int | None) -> str:
    """Say since when a channel is not read, why, and what to do."""
    until, why = _time(data.get("until")), line(str(data.get("why", "")))
    again = f"tgactors login {account}" if account is not None else "tgactors status"
    cause = {
        "expired": f"nobody who follows it is logged in. See: {again}",
        "flooded": f"Telegram lets those who follow it wait until {until}. Nothing is to be done.",
        "failed": f"the last reading failed. {why}".rstrip(),
        "late": "nobody has come to it. Keep a schedule running: tgactors parse ID --follow",
    }.get(str(data.get("cause")), f"for a reason that is not known here. {why}".rstrip())
    return f"{_title(data)} is not read since {_time(data.get('since'))}: {cause}"


def _title(data: Mapping[str, Any]) -> str:
    return line(str(data.get("title") or data.get("channel") or "A channel"))


def _time(given: object) -> str:
    """Say a time as Postgres writes it into JSON; whatever else is there, as it is."""
    try:
        return moment(datetime.fromisoformat(str(given)))
    except ValueError:
        return line(str(given))
