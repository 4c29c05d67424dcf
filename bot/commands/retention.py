"""The command for how long posts are kept."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from bot import door
from bot.commands.options import AsJson, Data, Verbose, account_id
from bot.house import open_house
from bot.tables import cell, ruled
from bot.wording import counted, moment

if TYPE_CHECKING:
    from bot.house import AnyHouse
    from bot.screen import Screen
    from storage.service_rows import Doomed, Retention

LONGEST = 36_500

Days = Annotated[
    int | None,
    typer.Option("--days", metavar="N", min=1, max=LONGEST, help="Keep posts for so many days."),
]
ForEver = Annotated[bool, typer.Option("--for-ever", help="Keep posts for ever.")]
Whose = Annotated[
    int | None,
    typer.Option("--account", metavar="ID", parser=account_id, help="For this account only."),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Show what would be deleted, and change nothing.")
]
Now = Annotated[bool, typer.Option("--now", help="Delete at once, not by the hour.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What was found, and done."""

    kept: Retention
    doomed: tuple[Doomed, ...]
    removed: int | None


def retention(
    *,
    days: Days = None,
    for_ever: ForEver = False,
    account: Whose = None,
    dry_run: DryRun = False,
    now: Now = False,
    json: AsJson = False,
    data: Data = None,
    verbose: Verbose = False,
) -> None:
    """Say for how long posts are kept. It shows what nobody wants any longer."""
    _check(days, for_ever=for_ever, account=account, dry_run=dry_run, now=now)

    async def done() -> Outcome:
        async with open_house(data=data) as house:
            if (days is not None or for_ever) and not dry_run:
                await _say(house, account, days)
            doomed = await house.doomed(days=days if dry_run else None)
            removed = await house.retain() if now else None
            return Outcome(kept=await house.retention(), doomed=doomed, removed=removed)

    with door.opened(as_json=json, verbose=verbose) as screen:
        outcome = door.run(done)
        screen.answer(_facts(outcome))
        if not json:
            _tell(screen, outcome, days if dry_run else None)


def _check(
    days: int | None, *, for_ever: bool, account: int | None, dry_run: bool, now: bool
) -> None:
    says = days is not None or for_ever
    if days is not None and for_ever:
        raise typer.BadParameter("Say either --days or --for-ever.")
    if account is not None and not says:
        raise typer.BadParameter("Say with --account for how long: --days N, or --for-ever.")
    if dry_run and (now or account is not None or for_ever):
        raise typer.BadParameter("--dry-run goes with --days, or alone.")


async def _say(house: AnyHouse, account: int | None, days: int | None) -> None:
    if account is None:
        await house.set_retention(days)
    else:
        await house.user(account).set_retention(days)


def _facts(outcome: Outcome) -> dict[str, object]:
    kept = {**asdict(outcome.kept), "accounts": dict(outcome.kept.accounts)}
    doomed = [asdict(each) for each in outcome.doomed]
    return {"retention": kept, "doomed": doomed, "removed": outcome.removed}


def _tell(screen: Screen, outcome: Outcome, supposed: int | None) -> None:
    kept = outcome.kept
    why = ", as TGACTORS_RETENTION_DAYS says" if kept.fixed else ""
    how_long = "for ever" if kept.days is None else f"for {counted(kept.days, 'day')}"
    screen.say(f"Posts are kept {how_long}{why}.")
    for account, days in kept.accounts.items():
        screen.say(f"Account {account} sees {counted(days, 'day')}.")
    posts = sum(each.posts for each in outcome.doomed)
    if not posts:
        screen.say("There is nothing that nobody wants any longer.")
        return
    table = ruled("Channel", "Posts", "From", "To")
    for each in outcome.doomed:
        table.add_row(cell(each.title), str(each.posts), moment(each.oldest), moment(each.newest))
    screen.say(table)
    if outcome.removed is not None:
        screen.say(f"Deleted: {counted(outcome.removed, 'post')}, for good.")
    elif supposed is not None:
        screen.say(f"If they were kept for {counted(supposed, 'day')}. Nothing was changed.")
    else:
        screen.say("Nobody sees them any more. A service deletes them by the hour; --now at once.")
