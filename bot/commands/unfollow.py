"""The command that follows a channel no more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from bot import door
from bot.choosing import chosen
from bot.commands.options import Account, AsJson, Data, Telegram, Verbose
from bot.house import open_house
from bot.wording import line

if TYPE_CHECKING:
    from actors import Channel

Which = Annotated[str, typer.Argument(metavar="CHANNEL", help="By id, @name or link.")]


def unfollow(
    account: Account,
    channel: Which,
    *,
    json: AsJson = False,
    data: Data = None,
    telegram: Telegram = None,
    verbose: Verbose = False,
) -> None:
    """Follow a channel no more; what nobody else follows is removed with its posts."""

    async def left() -> Channel:
        async with open_house(data=data, telegram=telegram) as house:
            user = house.user(account)
            found = chosen(account, await user.channels(), channel)
            await user.unfollow(found.id)
            return found

    with door.opened(as_json=json, verbose=verbose) as screen:
        found = door.run(left)
        screen.say(Text(f"Account {account} does not follow {line(found.title)} any more."))
        screen.say("At Telegram it is still a member, if it was.")
        screen.answer({"account": account, "channel": found.id, "title": found.title})
