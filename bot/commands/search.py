"""The command that finds posts."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from bot import door, hits
from bot.commands.asked import Hits, Since, Tags, Until, one_of
from bot.commands.options import Account, AsJson, Data, OneChannel, Telegram, Verbose
from bot.house import open_house
from bot.wording import line

if TYPE_CHECKING:
    from actors import Found

Query = Annotated[
    str,
    typer.Argument(
        metavar="QUERY", help='What to look for; "words together", and -word for one not wanted.'
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

    async def searched() -> Found:
        async with open_house(data=data, telegram=telegram) as house:
            user = house.user(account)
            return await user.search(
                query,
                channels=await one_of(user, channel),
                tags=tag or (),
                since=since,
                until=until,
                limit=limit,
            )

    with door.opened(as_json=json, verbose=verbose) as screen:
        found = door.run(searched)
        screen.answer({"account": account, **asdict(found)})
        if json:
            return
        if found.corrected is not None:
            screen.say(f"Nothing has these words; searched for: {line(found.corrected)}")
        hits.show(screen, found.hits)
        if not found.hits:
            screen.say("Nothing was found.")
        if found.trouble is not None:
            screen.note(found.trouble)
