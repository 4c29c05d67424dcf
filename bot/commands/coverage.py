"""The command that shows how much of each channel is held."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from bot import door
from bot.choosing import chosen
from bot.commands.options import Account, AsJson, Data, Telegram, Verbose
from bot.coverage_bar import LEGEND, bar, newest_id, percent
from bot.house import open_house
from bot.tables import cell, ruled
from bot.wording import counted, line, moment

if TYPE_CHECKING:
    from actors import Channel
    from bot.screen import Screen
    from storage.rows import Coverage

_CELLS = 20
_WIDE = 60
_MOST = 10  # spans that are named one by one

Which = Annotated[
    str | None,
    typer.Argument(metavar="CHANNEL", help="One channel, by id, @name or link; may be left out."),
]


def coverage(
    account: Account,
    channel: Which = None,
    *,
    json: AsJson = False,
    data: Data = None,
    telegram: Telegram = None,
    verbose: Verbose = False,
) -> None:
    """Show how much of a person's channels is held. It also shows what is still to be read."""

    async def known() -> tuple[Channel, ...]:
        async with open_house(data=data, telegram=telegram) as house:
            found = await house.user(account).channels(known=True)
        return found if channel is None else (chosen(account, found, channel),)

    with door.opened(as_json=json, verbose=verbose) as screen:
        found = door.run(known)
        screen.answer({"account": account, "channels": [_facts(each) for each in found]})
        if json:
            return
        if channel is None:
            _list(screen, account, found)
        else:
            _tell(screen, found[0])


def _facts(channel: Channel) -> dict[str, object]:
    missing = sum(end - first for first, end in channel.holes)
    return asdict(channel) | {"newest_id": newest_id(channel), "missing": missing}


def _list(screen: Screen, account: int, found: tuple[Channel, ...]) -> None:
    if not found:
        screen.say(f"Nothing is known of account {account} yet: tgactors parse {account}")
        return
    table = ruled("Channel", "First to newest", "Held", "Posts", "Holes")
    for each in found:
        drawn = bar(each, _CELLS)
        table.add_row(
            cell(each.title), drawn, percent(each.share), str(each.posts), str(len(each.holes))
        )
    screen.say(table)
    screen.say(LEGEND)


def _tell(screen: Screen, channel: Channel) -> None:
    """Show one channel at full length."""
    screen.say(Text(f"{line(channel.title)}, {channel.state}", "bold"))
    screen.say(bar(channel, min(_WIDE, screen.console.width)))
    screen.say(LEGEND)
    newest, posts = newest_id(channel), counted(channel.posts, "post")
    held = f"{percent(channel.share)} of what the account may see"
    screen.say(f"Held: {held}, {posts}; the newest message is {newest}.")
    if channel.why is not None:
        screen.say(f"Not all is shown: {channel.why}.")
    screen.say(f"Read: {_spans(channel.coverage)}.")
    screen.say(f"Still to be read: {_spans(channel.holes)}.")
    if channel.floor is not None and channel.floor > 1:
        screen.say(f"What is older than message {channel.floor} was not asked for.")
    if channel.visible_from:
        screen.say(f"Telegram hides messages up to {channel.visible_from} from this account.")
    screen.say(f"Read last: {moment(channel.read_at)}. Next: {moment(channel.due_at)}.")


def _spans(spans: Coverage) -> str:
    """Name spans of messages, the newest first."""
    if not spans:
        return "nothing"
    named = [
        str(first) if end - first == 1 else f"{first} to {end - 1}"
        for first, end in reversed(spans)
    ]
    more = len(named) - _MOST
    return ", ".join(named[:_MOST]) + (f", and {more} more" if more > 0 else "")
