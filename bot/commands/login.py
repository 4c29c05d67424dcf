"""The command that logs a person in."""

from __future__ import annotations

from contextlib import AsyncExitStack, aclosing
from typing import TYPE_CHECKING, Annotated

import typer

from bot import door
from bot.commands.options import ApiId, AsJson, Data, Somebody, Telegram, Verbose
from bot.house import AnyHouse, open_house
from bot.screen import Screen

if TYPE_CHECKING:
    from actors import LoggedIn, LoginFailed
    from actors.entrance import Entrance

Phone = Annotated[
    str | None,
    typer.Option(
        "--phone",
        metavar="NUMBER",
        help="Log in by a code that Telegram sends, which is asked for here, not by QR code.",
    ),
]
Within = Annotated[
    float,
    typer.Option("--within", metavar="SECONDS", min=1, max=86_400, help="How long that may take."),
]


def login(
    account: Somebody = None,
    *,
    phone: Phone = None,
    api_id: ApiId = None,
    within: Within = 300,
    json: AsJson = False,
    data: Data = None,
    telegram: Telegram = None,
    verbose: Verbose = False,
) -> None:
    """Log a person in, by QR code or by a code sent to a phone. Without ID, whoever it is."""
    import actors
    from bot import api_keys
    from bot.answers import Answers
    from bot.conversation import Conversation

    async def steps() -> LoggedIn | LoginFailed:
        answers = Answers()
        own, own_hash = await api_keys.asked(answers, api_id) or (None, None)
        async with AsyncExitStack() as opened:
            house = await opened.enter_async_context(
                open_house(data=data, telegram=telegram, writes=True)
            )
            person = await _person(house, account, opened)
            login = person.login(phone=phone, within=within, api_id=own, api_hash=own_hash)
            async with aclosing(login) as taken:
                return await Conversation(screen, answers, person).lead(taken)

    with door.opened(as_json=json, verbose=verbose) as screen:
        end = door.run(steps)
        if isinstance(end, actors.LoginFailed):
            door.refuse(screen, "LoginFailed", end.reason)
        _tell(screen, end.account)


async def _person(house: AnyHouse, account: int | None, opened: AsyncExitStack) -> Entrance:
    """Return who logs in: an account, or whoever it will be."""
    if account is None:
        return await opened.enter_async_context(house.newcomer())
    return house.user(account)


def _tell(screen: Screen, account: int) -> None:
    screen.say(f"Account {account} is logged in. Read its channels: tgactors parse {account}")
    screen.answer({"account": account, "state": "READY"})
