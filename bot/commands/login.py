"""The command that logs a person in."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING

from bot import door
from bot.commands.options import Account, AsJson, Data, Telegram, Verbose
from bot.house import open_house
from bot.password import asked
from bot.qr_board import QrBoard
from bot.screen import Screen
from bot.wording import printable

if TYPE_CHECKING:
    from actors import LoggedIn, LoginFailed


def login(
    account: Account,
    *,
    json: AsJson = False,
    data: Data = None,
    telegram: Telegram = None,
    verbose: Verbose = False,
) -> None:
    """Log a person in by QR code."""
    import actors

    async def steps() -> LoggedIn | LoginFailed:
        async with open_house(data=data, telegram=telegram, writes=True):
            return await _followed(screen, account)

    with door.opened(as_json=json, verbose=verbose) as screen:
        end = door.run(steps)
        if isinstance(end, actors.LoginFailed):
            door.refuse(screen, "LoginFailed", end.reason)
        screen.say(f"Account {account} is logged in. Read its channels: tgactors parse {account}")
        screen.answer({"account": account, "state": "READY"})


async def _followed(screen: Screen, account: int) -> LoggedIn | LoginFailed:
    """Show each step of a login; return the last."""
    import actors

    async with aclosing(actors.user(account).login()) as steps:
        with QrBoard(screen) as board:
            async for step in steps:
                match step:
                    case actors.QrCode():
                        board.show(step)
                    case actors.PasswordNeeded(hint=hint):
                        known = f"its hint: {printable(hint)}" if hint else "it has no hint"
                        screen.say(f"This account has a two-step password; {known}.")
                        await _prove(screen, account)
                    case actors.LoggedIn() | actors.LoginFailed():
                        return step
    raise RuntimeError("a login ended without its last step")


async def _prove(screen: Screen, account: int) -> None:
    """Ask for the password until it is right, or the tries are used up."""
    import actors

    while True:
        password = await asked()
        if password is None:
            door.refuse(
                screen,
                "PasswordNeeded",
                "The password is asked for in a terminal, or read from standard input: run the "
                "login again there.",
            )
        try:
            await actors.user(account).password(password)
        except actors.WrongPassword as wrong:
            screen.say(str(wrong))
            if wrong.left:
                continue
        return
