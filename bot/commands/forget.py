"""The command that deletes an account and what is its own."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from bot import door
from bot.commands.options import Account, AsJson, Data, Telegram, Verbose
from bot.house import open_house
from bot.wording import counted

if TYPE_CHECKING:
    from actors import Forgotten

Yes = Annotated[bool, typer.Option("--yes", help="Do it without asking.")]


def forget(
    account: Account,
    *,
    yes: Yes = False,
    json: AsJson = False,
    data: Data = None,
    telegram: Telegram = None,
    verbose: Verbose = False,
) -> None:
    """Log an account out, and delete it. What nobody else may see goes with it."""

    async def delete() -> Forgotten:
        if not yes:
            await _confirm(account)
        async with open_house(data=data, telegram=telegram) as house:
            return await house.user(account).forget()

    with door.opened(as_json=json, verbose=verbose) as screen:
        if not yes:
            screen.say(
                f"Account {account} is going to be logged out at Telegram, and deleted here with "
                "its session and with the posts of channels that nobody else follows."
            )
        gone = door.run(delete)
        followed, posts = counted(gone.subscriptions, "subscription"), counted(gone.posts, "post")
        alone = counted(gone.channels, "channel")
        screen.say(
            f"Account {account} is forgotten. Deleted: {followed}, {alone} that nobody else "
            f"follows, and {posts} of these."
        )
        screen.answer(asdict(gone))


async def _confirm(account: int) -> None:
    """Let go on only who types the account's id."""
    from bot.answers import Answers
    from bot.refusals import NotConfirmed, NothingToRead

    typed = await Answers().line(f"Type {account} to go on: ")
    if typed is None:
        raise NothingToRead("the confirmation")
    if typed.strip() != str(account):
        raise NotConfirmed(account)
