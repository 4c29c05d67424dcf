"""The commands for tokens, by which programs speak for somebody over HTTP."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from bot import door
from bot.commands.options import AsJson, Data, Verbose, account_id
from bot.house import open_house
from bot.tables import cell, ruled
from bot.wording import moment

if TYPE_CHECKING:
    from bot.screen import Screen
    from storage.service_rows import Token, TokenRow

app = typer.Typer(
    help="Let programs in over HTTP. A token is the operator's, or of one account.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Name = Annotated[str, typer.Argument(metavar="NAME", help="What it is for, in the list.")]
Whose = Annotated[
    int | None,
    typer.Option(
        "--account",
        metavar="ID",
        parser=account_id,
        help="For this account only; without it, for the operator.",
    ),
]
Which = Annotated[
    int, typer.Argument(metavar="ID", min=1, max=2**63 - 1, help="Its number in the list.")
]


@app.command("new")
def new(
    name: Name,
    *,
    account: Whose = None,
    json: AsJson = False,
    data: Data = None,
    verbose: Verbose = False,
) -> None:
    """Make a token; its text is shown this once."""

    async def made() -> Token:
        async with open_house(data=data) as house:
            return await house.issue_token(name=name, account=account)

    with door.opened(as_json=json, verbose=verbose) as screen:
        token = door.run(made)
        whose = "everything" if account is None else f"account {account} alone"
        screen.say(f"The token, for {whose}; it is kept nowhere and not shown again:")
        screen.say_whole(f"    {token.text}")
        screen.say(f"Revoke it: tgactors tokens revoke {token.id}")
        screen.answer(asdict(token))


@app.command("list")
def list_(*, json: AsJson = False, data: Data = None, verbose: Verbose = False) -> None:
    """List all tokens."""

    async def all_() -> tuple[TokenRow, ...]:
        async with open_house(data=data) as house:
            return await house.tokens()

    with door.opened(as_json=json, verbose=verbose) as screen:
        found = door.run(all_)
        screen.answer({"tokens": [asdict(each) for each in found]})
        if not json:
            _tell(screen, found)


@app.command("revoke")
def revoke(
    token: Which, *, json: AsJson = False, data: Data = None, verbose: Verbose = False
) -> None:
    """Let nobody in by a token any more."""
    from bot.refusals import NoSuchToken

    async def done() -> bool:
        async with open_house(data=data) as house:
            return await house.revoke_token(token)

    with door.opened(as_json=json, verbose=verbose) as screen:
        if not door.run(done):
            raise NoSuchToken(token)
        screen.say(f"Token {token} lets nobody in any more.")
        screen.answer({"token": token, "revoked": True})


def _tell(screen: Screen, found: tuple[TokenRow, ...]) -> None:
    if not found:
        screen.say("There are no tokens. Make one: tgactors tokens new NAME")
        return
    table = ruled("Id", "Name", "For", "Made", "Used")
    for each in found:
        used = "revoked" if each.revoked_at else moment(each.used_at)
        whose = "operator" if each.account is None else str(each.account)
        table.add_row(str(each.id), cell(each.name), whose, moment(each.created_at), used)
    screen.say(table)
