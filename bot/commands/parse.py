"""The command that reads a person's channels."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from bot import door
from bot.commands.following import Following
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
Follow = Annotated[
    bool,
    typer.Option(
        "--follow",
        help="Then read by the schedule, and tell of each post, until Ctrl-C; with --json one "
        "object a reading.",
    ),
]
Live = Annotated[
    bool | None,
    typer.Option(
        "--live",
        help="With --follow: read as soon as something is published [default: TGACTORS_LIVE].",
    ),
]
Settle = Annotated[
    float,
    typer.Option(
        "--settle",
        metavar="SECONDS",
        min=0,
        max=3600,
        help="How long to wait until what is new is tagged and indexed.",
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
    settle: Settle = 30.0,
    follow: Follow = False,
    live: Live = None,
    json: AsJson = False,
    data: Data = None,
    telegram: Telegram = None,
    verbose: Verbose = False,
) -> None:
    """Read what is new in the channels a person follows."""
    posts = _depth(depth)
    if live and not follow:
        raise typer.BadParameter("--live goes with --follow.", param_hint="--live")

    async def read() -> ParseReport:
        async with open_house(data=data, telegram=telegram, writes=True) as house:
            with ReadingBar(screen) as bar:
                return await house.user(account).parse(
                    depth=posts, settle=settle, progress=bar.show
                )

    with door.opened(as_json=json, verbose=verbose) as screen:
        if follow:
            following = Following(screen, account, _tell, data=data, telegram=telegram)
            door.run(lambda: following.run(posts, live=live))
            return
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
    screen.say(f"Tagged {report.tagged}, indexed {report.indexed}, pending {report.pending}.")
    for unread in report.unread:
        screen.say(Text(f"Not read to its end: {line(unread.title)}. {line(unread.reason)}"))
    if report.flood_until is not None:
        screen.say(f"Telegram answers this account again at {moment(report.flood_until)}.")
    if report.unread:
        screen.say("The next parse goes on where this one ended.")
