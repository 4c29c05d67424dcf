"""The command that has failed work done again."""

from __future__ import annotations

from bot import door
from bot.commands.options import Account, AsJson, Data, Telegram, Verbose
from bot.house import open_house
from bot.wording import counted


def retry(
    account: Account,
    *,
    json: AsJson = False,
    data: Data = None,
    telegram: Telegram = None,
    verbose: Verbose = False,
) -> None:
    """Tag and index the posts again that wait, or were given up."""

    async def again() -> int:
        async with open_house(data=data, telegram=telegram) as house:
            return await house.user(account).retry()

    with door.opened(as_json=json, verbose=verbose) as screen:
        rows = door.run(again)
        screen.say(f"{counted(rows, 'piece')} of work due now, for whoever runs the workers.")
        screen.answer({"account": account, "due": rows})
