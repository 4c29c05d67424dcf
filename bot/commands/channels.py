"""The command that lists a person's channels."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rich.text import Text

from bot import door
from bot.commands.options import Account, AsJson, Data, Telegram, Verbose
from bot.coverage_bar import percent
from bot.house import open_house
from bot.tables import cell, ruled
from bot.wording import distance, line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from actors import Channel, FollowedFolder
    from bot.screen import Screen


def channels(
    account: Account,
    *,
    json: AsJson = False,
    data: Data = None,
    telegram: Telegram = None,
    verbose: Verbose = False,
) -> None:
    """List the channels a person follows. Those that were lost are there, with the reason."""

    async def known() -> tuple[tuple[Channel, ...], tuple[FollowedFolder, ...]]:
        async with open_house(data=data, telegram=telegram) as house:
            user = house.user(account)
            return await user.channels(known=True), await user.folders()

    with door.opened(as_json=json, verbose=verbose) as screen:
        found, folders = door.run(known)
        facts = {"folders": [asdict(each) for each in folders]}
        screen.answer({"account": account, "channels": [asdict(each) for each in found]} | facts)
        if not json:
            _tell(screen, account, found, folders)


def _tell(
    screen: Screen,
    account: int,
    found: tuple[Channel, ...],
    folders: tuple[FollowedFolder, ...],
) -> None:
    if not found:
        screen.say(
            f"Account {account} follows nothing that is known here: tgactors parse {account}"
        )
        return
    now = datetime.now(UTC)
    table = ruled("Channel", "Username or id", "State", "Posts", "Newest", "Held", "Next read")
    for each in found:
        table.add_row(
            cell(each.title),
            cell(f"@{each.username}" if each.username else str(each.id)),
            each.state,
            str(each.posts),
            distance(each.newest_at, now),
            percent(each.share),
            distance(each.due_at, now) if each.state == "followed" else "-",
        )
    screen.say(table)
    for each in found:
        if each.why is not None:
            screen.say(Text(f"{line(each.title)}: {each.why}."))
    for said in _origins(found, folders):
        screen.say(Text(said))


def _origins(found: tuple[Channel, ...], folders: tuple[FollowedFolder, ...]) -> Iterator[str]:
    """Say where subscriptions come from that are not the account's whole list."""
    followed = [each for each in found if each.state == "followed"]
    for folder in folders:
        inside = [line(each.title) for each in followed if each.source == f"folder:{folder.id}"]
        gone = ", which Telegram has no more" if folder.gone else ""
        yield f"From the folder {line(folder.title)}{gone}: {', '.join(inside) or 'nothing'}."
    named = [line(each.title) for each in followed if each.source == "chosen"]
    if named:
        yield f"By name or invite: {', '.join(named)}."
