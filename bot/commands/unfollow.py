"""The command that follows a channel no more."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from bot import door
from bot.choosing import chosen
from bot.commands.options import Account, AsJson, Data, Telegram, Verbose
from bot.house import open_house
from bot.wording import line

if TYPE_CHECKING:
    from actors import Channel, FollowedFolder
    from bot.screen import Screen

Which = Annotated[
    str | None, typer.Argument(metavar="CHANNEL", help="By id, @name or link.", show_default=False)
]
Folder = Annotated[
    str | None, typer.Option("--folder", metavar="NAME", help="A folder that is followed, instead.")
]


def unfollow(
    account: Account,
    channel: Which = None,
    *,
    folder: Folder = None,
    json: AsJson = False,
    data: Data = None,
    telegram: Telegram = None,
    verbose: Verbose = False,
) -> None:
    """Follow a channel no more. What nobody else follows is removed with its posts."""
    if (channel is None) == (folder is None):
        raise typer.BadParameter("give either CHANNEL or --folder.", param_hint="CHANNEL")

    async def left() -> Channel:
        async with open_house(data=data, telegram=telegram) as house:
            user = house.user(account)
            found = chosen(account, await user.channels(), channel or "")
            await user.unfollow(found.id)
            return found

    async def widened() -> tuple[FollowedFolder, ...]:
        async with open_house(data=data, telegram=telegram) as house:
            user = house.user(account)
            await user.unfollow(f"folder:{folder}")
            return await user.folders()

    with door.opened(as_json=json, verbose=verbose) as screen:
        if folder is None:
            _tell(screen, account, door.run(left))
        else:
            _tell_folders(screen, account, folder, door.run(widened))


def _tell(screen: Screen, account: int, found: Channel) -> None:
    screen.say(Text(f"Account {account} does not follow {line(found.title)} any more."))
    screen.say("At Telegram it is still a member, if it was.")
    screen.answer({"account": account, "channel": found.id, "title": found.title})


def _tell_folders(
    screen: Screen, account: int, folder: str, left: tuple[FollowedFolder, ...]
) -> None:
    titles = ", ".join(line(each.title) for each in left)
    rest = f"what is in {titles}" if left else "its whole list"
    screen.say(Text(f"Account {account} does not follow the folder {line(folder)} any more."))
    screen.say(Text(f"From the next parse on it follows {rest}: tgactors parse {account}"))
    screen.answer(
        {"account": account, "folder": folder, "folders": [asdict(each) for each in left]}
    )
