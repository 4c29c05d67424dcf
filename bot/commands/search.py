"""The command that finds posts."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from bot import door, hits
from bot.commands.asked import Hits, Since, Tags, Until, asked_for, hint, one_of
from bot.commands.options import Account, AsJson, Data, OneChannel, Telegram, Verbose
from bot.house import open_house
from bot.wording import line

if TYPE_CHECKING:
    from actors import Found
    from bot.screen import Screen

Query = Annotated[
    str,
    typer.Argument(
        metavar="QUERY",
        parser=asked_for,
        help='What to look for; "words together", and -word for one not wanted.',
    ),
]


def search(
    account: Account,
    query: Query,
    *,
    channel: OneChannel = None,
    tag: Tags = None,
    since: Since = None,
    until: Until = None,
    limit: Hits = 10,
    json: AsJson = False,
    data: Data = None,
    telegram: Telegram = None,
    verbose: Verbose = False,
) -> None:
    """Find posts of a person's channels by meaning and by words."""

    async def searched() -> tuple[Found, str | None]:
        async with open_house(data=data, telegram=telegram) as house:
            user = house.user(account)
            found = await user.search(
                query,
                channels=await one_of(user, channel),
                tags=tag or (),
                since=since,
                until=until,
                limit=limit,
            )
            return found, await hint(user)

    with door.opened(as_json=json, verbose=verbose) as screen:
        found, todo = door.run(searched)
        screen.answer({"account": account, **asdict(found)})
        if not json:
            _tell(screen, found)
        for note in filter(None, (found.trouble, todo)):
            screen.note(note)


def _tell(screen: Screen, found: Found) -> None:
    if found.corrected is not None:
        screen.say(f"Nothing has these words; searched for: {line(found.corrected)}")
    hits.show(screen, found.hits)
    if not found.hits:
        screen.say("Nothing was found.")
