"""The command that tells where an account is logged in."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from bot import door
from bot.commands.options import Account, AsJson, Data, Telegram, Verbose
from bot.house import open_house
from bot.tables import cell, ruled
from bot.wording import moment

if TYPE_CHECKING:
    from actors import Authorisation
    from bot.screen import Screen

End = Annotated[
    int | None,
    typer.Option("--end", metavar="AUTHORISATION", help="Log the account out there first."),
]


def devices(
    account: Account,
    *,
    end: End = None,
    json: AsJson = False,
    data: Data = None,
    telegram: Telegram = None,
    verbose: Verbose = False,
) -> None:
    """List the devices and programs an account is logged in on."""

    async def listed() -> tuple[Authorisation, ...]:
        async with open_house(data=data, telegram=telegram) as house:
            user = house.user(account)
            if end is not None:
                await user.end_authorisation(end)
            return await user.authorisations()

    with door.opened(as_json=json, verbose=verbose) as screen:
        found = door.run(listed)
        screen.answer(
            {
                "account": account,
                "ended": end,
                "authorisations": [asdict(each) for each in found],
            }
        )
        if not json:
            _tell(screen, found, end)


def _tell(screen: Screen, found: tuple[Authorisation, ...], end: int | None) -> None:
    if end is not None:
        screen.say(f"Authorisation {end} is ended; these are left.")
    table = ruled("Authorisation", "Device", "Program", "Country", "Since", "Active")
    for each in found:
        table.add_row(
            "this one" if each.this else str(each.id),
            cell(", ".join(part for part in (each.device, each.platform) if part)),
            cell(each.app),
            cell(each.country),
            moment(each.created_at),
            moment(each.active_at),
        )
    screen.say(table)
