"""The command that follows a channel."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from bot import door
from bot.commands.options import Account, AsJson, Data, Telegram, Verbose
from bot.house import open_house
from bot.wording import line

if TYPE_CHECKING:
    from actors import Channel

_MOST = 1_000_000
_MOST_DAYS = 36_500

What = Annotated[
    str,
    typer.Argument(
        metavar="WHAT",
        help="@name, a t.me link, an invite link or a link to a post; - reads it from standard "
        "input.",
    ),
]
Depth = Annotated[
    int | None,
    typer.Option("--depth", metavar="N", min=1, max=_MOST, help="How many of its newest posts."),
]
Days = Annotated[
    int | None,
    typer.Option("--days", metavar="N", min=1, max=_MOST_DAYS, help="How far back, instead."),
]


def follow(
    account: Account,
    what: What,
    *,
    depth: Depth = None,
    days: Days = None,
    json: AsJson = False,
    data: Data = None,
    telegram: Telegram = None,
    verbose: Verbose = False,
) -> None:
    """Follow a channel; an invite is joined at Telegram, a public channel is only read."""
    if depth is not None and days is not None:
        raise typer.BadParameter("give either --depth or --days.", param_hint="--days")
    wanted = timedelta(days=days) if days is not None else depth

    async def followed() -> Channel:
        named = what if what != "-" else await _read()
        async with open_house(data=data, telegram=telegram, writes=True) as house:
            user = house.user(account)
            channel = await user.follow(named, depth=wanted)
            return next(each for each in await user.channels() if each.id == channel)

    with door.opened(as_json=json, verbose=verbose) as screen:
        found = door.run(followed)
        name = f"@{found.username}" if found.username else str(found.id)
        screen.say(Text(f"Account {account} follows {line(found.title)} ({name})."))
        screen.say(f"It is read with the next parse: tgactors parse {account}")
        screen.answer(
            {
                "account": account,
                "channel": found.id,
                "title": found.title,
                "username": found.username,
            }
        )


async def _read() -> str:
    """Read it where no other user of the machine sees it: whoever has an invite can join."""
    from bot.answers import Answers
    from bot.refusals import NothingToRead

    typed = await Answers().line("Channel or invite: ")
    if typed is None or not typed.strip():
        raise NothingToRead("the channel")
    return typed.strip()
