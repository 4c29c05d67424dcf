"""The operator's screens in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from bot.chat.admin_data import KINDS, Draft, People
from bot.chat.moments import moment
from bot.chat.replies import safe

if TYPE_CHECKING:
    from actors import InviteRow, Notice
    from actors.providers.outcomes import ProviderStatus
    from actors.worker_messages import WorkerStatus
    from bot.chat.visit import Visit
    from storage.bot_rows import Limits, Overview, VisitorRow

MOST_FLOODS: Final = 20
MOST_REASONS: Final = 5
MOST_UNTOLD: Final = 10


def home(overview: Overview, visit: Visit) -> str:
    """Say how the whole service is doing."""
    states = ", ".join(f"{state} {number}" for state, number in sorted(overview.states.items()))
    fresh = overview.freshness
    return visit.texts.admin.home.format(
        accounts=safe(states) or "0",
        visitors=overview.visitors,
        blocked=overview.blocked,
        banned=overview.banned,
        channels=fresh.channels,
        due=fresh.due,
        unread=sum(fresh.unread.values()),
    )


def people(found: Sequence[VisitorRow], shown: People, visit: Visit) -> str:
    """Say of whom a page is."""
    texts = visit.texts.admin
    kind = KINDS[shown.kind]
    lines = [texts.people_head.format(kind=texts.kinds.get(kind, kind))]
    if shown.word:
        lines.append(texts.found_by.format(word=safe(shown.word)))
    if not found:
        lines.append(texts.nobody)
    return "\n".join(lines)


def person(account: int, row: VisitorRow | None, limits: Limits, visit: Visit) -> str:
    """Tell all that an operator may know of a person: nothing of what they read."""
    texts, zone = visit.texts.admin, visit.visitor.timezone
    state = texts.no_account
    if row is not None and row.state is not None:
        state = safe(row.state + (f": {row.state_reason}" if row.state_reason else ""))
    name = safe((row and row.name) or "–")
    lines = [texts.person.format(name=name, account=account, state=state)]
    if row is None or row.first_at is None:
        lines.append(texts.never_wrote)
    else:
        first, seen = moment(row.first_at, zone), moment(row.seen_at, zone)
        lines.append(texts.wrote.format(first=first, seen=seen, language=row.language))
    if row is None:
        return "\n".join(lines)
    if row.banned_at is not None:
        reason = safe(row.ban_reason or "–")
        lines.append(texts.banned.format(when=moment(row.banned_at, zone), reason=reason))
    if row.blocked_at is not None:
        lines.append(texts.blocked.format(when=moment(row.blocked_at, zone)))
    if row.state is not None:
        channels = visit.texts.general.channels(row.channels)
        read, added = moment(row.read_at, zone), "–" if row.added is None else row.added
        lines.append(texts.follows.format(channels=channels, read=read, added=added))
        lines.append(
            texts.may.format(
                channels=_number(limits.channels, visit),
                questions=_number(limits.questions_per_day, visit),
            )
        )
    if row.flood_until is not None:
        lines.append(texts.waits.format(until=moment(row.flood_until, zone)))
    return "\n".join(lines)


def invites(shown: Iterable[InviteRow], visit: Visit) -> str:
    """List invites."""
    texts = visit.texts.admin
    lines = [_invite(each, visit) for each in shown]
    return "\n".join([texts.invites_head, *lines]) if lines else texts.no_invites


def _invite(row: InviteRow, visit: Visit) -> str:
    texts = visit.texts.admin
    if row.expires_at is None:
        until = texts.no_end
    else:
        until = moment(row.expires_at, visit.visitor.timezone)
    told = texts.invite.format(
        id=row.id,
        label=safe(row.label),
        spent=row.spent,
        uses=row.uses,
        until=until,
        channels=row.limits.get("channels", "∞"),
        questions=row.limits.get("questions", "∞"),
    )
    notes = [safe(row.note)] if row.note else []
    return ". ".join([told, *notes, *([f"<b>{texts.revoked}</b>"] if row.revoked_at else [])])


def draft(shown: Draft, visit: Visit) -> str:
    """Say what an invite would be."""
    return visit.texts.admin.draft.format(
        uses=shown.uses,
        days=shown.days or "∞",
        channels=shown.channels or "∞",
        questions=shown.questions or "∞",
    )


def machine(
    overview: Overview,
    workers: Iterable[WorkerStatus],
    providers: Iterable[ProviderStatus],
    visit: Visit,
) -> str:
    """Tell of the queues, of whoever works through them, and of whom they ask."""
    texts = visit.texts.admin
    lines = [texts.machine_head]
    for work in overview.work:
        lines.append(
            texts.work.format(
                kind=texts.works[work.kind], due=work.due, waiting=work.waiting, dead=work.dead
            )
        )
        most = sorted(work.reasons.items(), key=lambda each: -each[1])[:MOST_REASONS]
        lines += [
            texts.given_up.format(number=number, reason=safe(reason)) for reason, number in most
        ]
    told = [
        texts.worker.format(
            name=each.name,
            state=texts.worker_states[each.state],
            under_way=each.under_way,
            ok=each.ok,
            reason="" if each.code is None else visit.texts.reasons.workers[each.code],
        ).rstrip()
        for each in workers
    ]
    lines += told or [texts.nothing_is_tagged]
    lines += [_provider(each, visit) for each in providers]
    return "\n".join(lines)


def _provider(status: ProviderStatus, visit: Visit) -> str:
    texts = visit.texts.admin
    outcomes = ", ".join(f"{safe(name)} {number}" for name, number in status.outcomes)
    name, model = safe(status.name), safe(status.model)
    if status.open_at is None:
        return texts.asked.format(name=name, model=model, outcomes=outcomes).rstrip()
    until = moment(status.open_at, visit.visitor.timezone)
    why = safe(status.why or "–")
    said = texts.not_asked.format(name=name, model=model, until=until, why=why, outcomes=outcomes)
    return said.rstrip()


def unread(overview: Overview, untold: Sequence[Notice], visit: Visit) -> str:
    """Tell which channels are not read, why, who has to wait, and who has not been told."""
    texts, zone = visit.texts.admin, visit.visitor.timezone
    causes = [
        texts.causes[cause].format(number=number)
        for cause, number in sorted(overview.freshness.unread.items())
        if number
    ]
    lines = [texts.unread_head, *(causes or [texts.none_unread])]
    if overview.floods:
        lines.append(texts.floods)
    lines += [
        texts.flood.format(
            account=each.account, method=safe(each.method), until=moment(each.until, zone)
        )
        for each in overview.floods[:MOST_FLOODS]
    ]
    if untold:
        lines.append(texts.untold)
    lines += [
        texts.untold_one.format(
            when=moment(each.created_at, zone),
            kind=safe(each.kind),
            title=safe(str(each.data.get("title") or each.account or "")),
        ).rstrip()
        for each in untold[:MOST_UNTOLD]
    ]
    return "\n".join(lines)


def _number(number: int | None, visit: Visit) -> str:
    return visit.texts.admin.any_number if number is None else str(number)
