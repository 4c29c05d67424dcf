"""The command that follows a channel."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from bot import door
from bot.commands.options import Account, AsJson, Data, Telegram, Verbose
from bot.house import open_house
from bot.wording import counted, line

if TYPE_CHECKING:
    from actors import Channel, FollowedFolder
    from bot.screen import Screen

_MOST = 1_000_000
_MOST_DAYS = 36_500

What = Annotated[
    str | None,
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
Folder = Annotated[
    str | None,
    typer.Option(
        "--folder",
        metavar="NAME",
        help="Follow one of the account's folders instead, and nothing else of its list.",
    ),
]
Days = Annotated[
    int | None,
    typer.Option("--days", metavar="N", min=1, max=_MOST_DAYS, help="How far back, instead."),
]


def follow(
    account: Account,
    what: What = None,
    *,
    folder: Folder = None,
    depth: Depth = None,
    days: Days = None,
    json: AsJson = False,
    data: Data = None,
    telegram: Telegram = None,
    verbose: Verbose = False,
) -> None:
    """Follow a channel or a folder. An invite is joined at Telegram, a public channel only read."""
    _check(what, folder, depth, days)
    wanted = timedelta(days=days) if days is not None else depth

    async def followed() -> Channel:
        named = what if what not in {"-", None} else await _read()
        async with open_house(data=data, telegram=telegram, writes=True) as house:
            user = house.user(account)
            channel = await user.follow(named, depth=wanted)
            return next(each for each in await user.channels() if each.id == channel)

    async def narrowed() -> FollowedFolder:
        async with open_house(data=data, telegram=telegram, writes=True) as house:
            user = house.user(account)
            number = await user.follow(f"folder:{folder}")
            return next(each for each in await user.folders() if each.id == number)

    with door.opened(as_json=json, verbose=verbose) as screen:
        if folder is None:
            _tell(screen, account, door.run(followed))
        else:
            _tell_folder(screen, account, door.run(narrowed))
        screen.say(f"It is read with the next parse: tgactors parse {account}")


def _check(what: str | None, folder: str | None, depth: int | None, days: int | None) -> None:
    if depth is not None and days is not None:
        raise typer.BadParameter("give either --depth or --days.", param_hint="--days")
    if (what is None) == (folder is None):
        raise typer.BadParameter("give either WHAT or --folder.", param_hint="WHAT")
    if folder is not None and (depth is not None or days is not None):
        raise typer.BadParameter("goes with a channel.", param_hint="--depth or --days")


def _tell(screen: Screen, account: int, found: Channel) -> None:
    name = f"@{found.username}" if found.username else str(found.id)
    screen.say(Text(f"Account {account} follows {line(found.title)} ({name})."))
    screen.answer(
        {
            "account": account,
            "channel": found.id,
            "title": found.title,
            "username": found.username,
        }
    )


def _tell_folder(screen: Screen, account: int, found: FollowedFolder) -> None:
    channels = counted(found.channels, "channel")
    screen.say(Text(f"Account {account} follows the folder {line(found.title)}: {channels}."))
    screen.say("Of its list it follows nothing else, only what is in such folders or was named.")
    screen.answer(
        {
            "account": account,
            "folder": found.id,
            "title": found.title,
            "channels": found.channels,
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
