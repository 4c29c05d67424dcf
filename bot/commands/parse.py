"""The command that reads a person's channels."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from bot import door
from bot.commands.options import Account, AsJson, Data, Telegram, Verbose
from bot.house import open_house
from bot.reading_bar import ReadingBar
from bot.wording import counted, line, moment

if TYPE_CHECKING:
    from actors import ParseReport
    from bot.screen import Screen

Depth = Annotated[
    str,
    typer.Option(
        "--depth",
        metavar="N|all",
        help="Posts to begin with in a channel that was never read, or all of them.",
    ),
]


def _depth(given: str) -> int | None:
    """Read a depth: a number of posts, or None for "all"."""
    if given == "all":
        return None
    if given.isdecimal() and int(given):
        return int(given)
    raise typer.BadParameter(
        f"{given!r} is neither a number from 1 on nor the word all.", param_hint="--depth"
    )


def parse(
    account: Account,
    *,
    depth: Depth = "100",
    json: AsJson = False,
    data: Data = None,
    telegram: Telegram = None,
    verbose: Verbose = False,
) -> None:
    """Read what is new in the channels a person follows."""
    import actors

    posts = _depth(depth)

    async def read() -> ParseReport:
        async with open_house(data=data, telegram=telegram, writes=True):
            with ReadingBar(screen) as bar:
                return await actors.user(account).parse(depth=posts, progress=bar.show)

    with door.opened(as_json=json, verbose=verbose) as screen:
        report = door.run(read)
        screen.answer(asdict(report))
        if not json:
            _tell(screen, report)


def _tell(screen: Screen, report: ParseReport) -> None:
    """Say what a parse stored, and what it could not read."""
    new, channels = counted(report.added, "new post"), counted(report.channels, "channel")
    changes = ((report.edited, "edited"), (report.deleted, "deleted"))
    changed = "".join(f", {number} {what}" for number, what in changes if number)
    screen.say(f"{new} from {channels}{changed} in {report.took:.1f} s.")
    for unread in report.unread:
        screen.say(Text(f"Not read to its end: {line(unread.title)}. {line(unread.reason)}"))
    if report.flood_until is not None:
        screen.say(f"Telegram answers this account again at {moment(report.flood_until)}.")
    if report.unread:
        screen.say("The next parse goes on where this one ended.")
