"""The command that tells how accounts are doing."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from bot import door
from bot.commands.options import AsJson, Data, Somebody, Telegram, Verbose
from bot.house import open_house
from bot.notices import told
from bot.tables import cell, ruled
from bot.wording import line, moment

if TYPE_CHECKING:
    from actors import Channel, Notice, Status
    from bot.screen import Screen


def status(
    account: Somebody = None,
    *,
    json: AsJson = False,
    data: Data = None,
    telegram: Telegram = None,
    verbose: Verbose = False,
) -> None:
    """Tell how an account is doing; without ID, list all accounts."""

    async def one(account: int) -> tuple[Status, tuple[Channel, ...], tuple[Notice, ...]]:
        async with open_house(data=data, telegram=telegram) as house:
            user = house.user(account)
            notices = await house.notices(account=account)
            return await user.status(), await user.channels(), notices

    async def everybody() -> tuple[tuple[Status, ...], tuple[Notice, ...]]:
        async with open_house(data=data, telegram=telegram) as house:
            return await house.accounts(), await house.notices()

    with door.opened(as_json=json, verbose=verbose) as screen:
        if account is None:
            accounts, notices = door.run(everybody)
            facts = {"accounts": [asdict(each) for each in accounts]}
            if not json:
                _list(screen, accounts)
        else:
            found, channels, notices = door.run(lambda: one(account))
            facts = asdict(found) | {"channels": [_channel(each) for each in channels]}
            if not json:
                _tell(screen, found, channels)
        if not json:
            _remind(screen, notices)
        screen.answer(facts | {"notices": [asdict(each) for each in notices]})


def _list(screen: Screen, accounts: tuple[Status, ...]) -> None:
    if not accounts:
        screen.say("No account is known here yet. Log one in: tgactors login")
        return
    table = ruled("Account", "State", "Since", "Reason")
    for each in accounts:
        table.add_row(str(each.account), each.state, moment(each.since), cell(each.reason or ""))
    screen.say(table)


def _tell(screen: Screen, found: Status, channels: tuple[Channel, ...]) -> None:
    since = f" since {moment(found.since)}" if found.since else ""
    reason = f": {line(found.reason)}" if found.reason else "."
    screen.say(Text(f"Account {found.account} is {found.state}{since}{reason}"))
    if found.state != "READY":
        screen.say(f"Log in: tgactors login {found.account}")
    if channels:
        screen.say(_table(channels))


def _remind(screen: Screen, notices: tuple[Notice, ...]) -> None:
    """Show what those whom it concerns were not told yet."""
    if notices:
        screen.say("Not told yet to whom it concerns:")
    for each in notices:
        screen.say_indented(told(each), 2)


def _table(channels: tuple[Channel, ...]) -> Table:
    table = ruled("Channel", "Username or id", "Posts", "Newest")
    for each in channels:
        name = f"@{each.username}" if each.username else str(each.id)
        table.add_row(cell(each.title), cell(name), str(each.posts), moment(each.newest_at))
    return table


def _channel(channel: Channel) -> dict[str, object]:
    return {
        "id": channel.id,
        "title": channel.title,
        "username": channel.username,
        "posts": channel.posts,
        "newest_at": channel.newest_at,
    }
