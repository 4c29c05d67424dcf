"""The commands for invites."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from bot import door
from bot.commands.options import AsJson, Data, Verbose
from bot.house import open_house
from bot.tables import cell, ruled
from bot.wording import moment

if TYPE_CHECKING:
    from actors import Invite, InviteRow
    from bot.screen import Screen

app = typer.Typer(
    help="Let new people in, where registration is closed.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

_MOST = 1_000_000

Uses = Annotated[
    int, typer.Option("--uses", metavar="N", min=1, max=_MOST, help="For how many people.")
]
Days = Annotated[
    int | None,
    typer.Option("--days", metavar="N", min=1, max=36_500, help="How long it is good for."),
]
Channels = Annotated[
    int | None,
    typer.Option("--channels", metavar="N", min=1, max=_MOST, help="Of how many channels each."),
]
Questions = Annotated[
    int | None,
    typer.Option("--questions", metavar="N", min=0, max=_MOST, help="How many a day each may ask."),
]
Note = Annotated[
    str, typer.Option("--note", metavar="TEXT", help="What it is for, to be found in the list.")
]
Which = Annotated[
    int, typer.Argument(metavar="ID", min=1, max=2**63 - 1, help="Its number in the list.")
]


@app.command("new")
def new(
    *,
    uses: Uses = 1,
    days: Days = None,
    channels: Channels = None,
    questions: Questions = None,
    note: Note = "",
    json: AsJson = False,
    data: Data = None,
    verbose: Verbose = False,
) -> None:
    """Make an invite; its code is shown this once."""

    async def made() -> Invite:
        until = None if days is None else datetime.now(UTC) + timedelta(days=days)
        said = {"channels": channels, "questions": questions}
        limits = {name: most for name, most in said.items() if most is not None}
        async with open_house(data=data) as house:
            return await house.invite(uses=uses, expires_at=until, limits=limits, note=note)

    with door.opened(as_json=json, verbose=verbose) as screen:
        invite = door.run(made)
        screen.say("The code, which is kept nowhere and not shown again:")
        screen.say_whole(f"    {invite.code}")
        screen.say(f"Revoke it: tgactors invites revoke {invite.id}")
        screen.answer(asdict(invite))


@app.command("list")
def list_(*, json: AsJson = False, data: Data = None, verbose: Verbose = False) -> None:
    """List all invites."""

    async def all_() -> tuple[InviteRow, ...]:
        async with open_house(data=data) as house:
            return await house.invites()

    with door.opened(as_json=json, verbose=verbose) as screen:
        found = door.run(all_)
        screen.answer({"invites": [asdict(each) for each in found]})
        if not json:
            _tell(screen, found)


@app.command("revoke")
def revoke(
    invite: Which, *, json: AsJson = False, data: Data = None, verbose: Verbose = False
) -> None:
    """Let nobody else in by an invite."""
    from bot.refusals import NoSuchInvite

    async def done() -> bool:
        async with open_house(data=data) as house:
            return await house.revoke_invite(invite)

    with door.opened(as_json=json, verbose=verbose) as screen:
        if not door.run(done):
            raise NoSuchInvite(invite)
        screen.say(f"Invite {invite} lets nobody in any more; who came by it stays.")
        screen.answer({"invite": invite, "revoked": True})


def _tell(screen: Screen, found: tuple[InviteRow, ...]) -> None:
    if not found:
        screen.say("There are no invites. Make one: tgactors invites new")
        return
    table = ruled("Id", "Code", "Used", "Reserved", "Until", "Channels", "Questions", "Note")
    for each in found:
        until = "revoked" if each.revoked_at else moment(each.expires_at)
        table.add_row(
            str(each.id),
            f"{each.label}…",
            f"{each.spent} of {each.uses}",
            str(each.reserved),
            until,
            str(each.limits.get("channels", "-")),
            str(each.limits.get("questions", "-")),
            cell(each.note),
        )
    screen.say(table)
