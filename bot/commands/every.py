"""The command that says how often channels are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from bot import door
from bot.choosing import chosen
from bot.commands.options import Account, AsJson, Data, OneChannel, Telegram, Verbose
from bot.house import open_house
from bot.wording import line

if TYPE_CHECKING:
    from actors import Channel

_SHORTEST, _LONGEST = 1, 30 * 86_400

Seconds = Annotated[
    str,
    typer.Argument(metavar="SECONDS", help="From 1 to 2592000 (30 days), or the word default."),
]


def every(
    account: Account,
    seconds: Seconds,
    *,
    channel: OneChannel = None,
    json: AsJson = False,
    data: Data = None,
    telegram: Telegram = None,
    verbose: Verbose = False,
) -> None:
    """Say how often a person's channels are read, or one is."""
    pause = _pause(seconds)

    async def said() -> Channel | None:
        async with open_house(data=data, telegram=telegram) as house:
            user = house.user(account)
            one = None if channel is None else chosen(account, await user.channels(), channel)
            await user.read_every(pause, channel=one.id if one else None)
            return one

    with door.opened(as_json=json, verbose=verbose) as screen:
        one = door.run(said)
        what = f"The channels of account {account}" if one is None else line(one.title)
        often = "as often as by default" if pause is None else f"every {pause} s"
        screen.say(Text(f"{what}: read {often}, by whoever reads by the schedule."))
        screen.answer({"account": account, "channel": one.id if one else None, "seconds": pause})


def _pause(given: str) -> int | None:
    if given == "default":
        return None
    if given.isdecimal() and _SHORTEST <= int(given) <= _LONGEST:
        return int(given)
    raise typer.BadParameter(
        f"{given!r} is neither a number from {_SHORTEST} to {_LONGEST} nor the word default.",
        param_hint="SECONDS",
    )
