"""The command that logs an account out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot import door
from bot.commands.options import Account, AsJson, Data, Telegram, Verbose
from bot.house import open_house

if TYPE_CHECKING:
    from actors import Status


def logout(
    account: Account,
    *,
    json: AsJson = False,
    data: Data = None,
    telegram: Telegram = None,
    verbose: Verbose = False,
) -> None:
    """Log an account out, at Telegram too. What was read is kept."""

    async def leave() -> tuple[Status, Status]:
        async with open_house(data=data, telegram=telegram) as house:
            user = house.user(account)
            before = await user.status()
            await user.logout()
            return before, await user.status()

    with door.opened(as_json=json, verbose=verbose) as screen:
        before, after = door.run(leave)
        if before.state == after.state:
            screen.say(f"Account {account} was not logged in: it is {after.state}.")
        else:
            screen.say(f"Account {account} is logged out. What was read of its channels is kept;")
            screen.say(f"delete that too: tgactors forget {account}")
        screen.answer({"account": account, "state": after.state})
