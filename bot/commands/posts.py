"""The command that shows stored posts."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from bot import door
from bot.commands.options import Account, AsJson, Data, Telegram, Verbose
from bot.house import open_house
from bot.wording import excerpt, line, moment

if TYPE_CHECKING:
    from actors import Channel, Post
    from bot.screen import Screen

_LINES = 3
_MOST = 240  # characters: three lines of a usual terminal

Limit = Annotated[
    int, typer.Option("--limit", metavar="N", min=1, max=1000, help="How many, newest first.")
]
OneChannel = Annotated[
    str | None,
    typer.Option("--channel", metavar="ID|@NAME", help="Of one channel only, by id or username."),
]


def posts(
    account: Account,
    *,
    limit: Limit = 20,
    channel: OneChannel = None,
    json: AsJson = False,
    data: Data = None,
    telegram: Telegram = None,
    verbose: Verbose = False,
) -> None:
    """Show the newest stored posts of a person's channels."""
    import actors

    async def newest() -> tuple[Post, ...]:
        async with open_house(data=data, telegram=telegram):
            user = actors.user(account)
            one = None if channel is None else chosen(account, await user.channels(), channel)
            return await user.posts(limit=limit, channel=one)

    with door.opened(as_json=json, verbose=verbose) as screen:
        found = door.run(newest)
        screen.answer({"account": account, "posts": [asdict(post) for post in found]})
        if not json:
            _tell(screen, account, found)


def chosen(account: int, channels: tuple[Channel, ...], named: str) -> int:
    """Return the id of the channel that was named by its id or username."""
    from bot.refusals import NoSuchChannel

    name = named.removeprefix("https://t.me/").removeprefix("@").lower()
    for channel in channels:
        if name in {str(channel.id), (channel.username or "").lower()}:
            return channel.id
    raise NoSuchChannel(account, named)


def _tell(screen: Screen, account: int, found: tuple[Post, ...]) -> None:
    for post in found:
        edited = f", edited {moment(post.edited_at)}" if post.edited_at else ""
        when = f"{moment(post.published_at)}{edited}"
        screen.say(Text(f"{line(post.channel_title)}  {when}", "bold"))
        screen.say_indented(excerpt(post.text, _LINES, _MOST) or "(no text)", 2)
        screen.say_whole(f"  {post.permalink}")
        screen.say()
    if not found:
        screen.say(f"Nothing is stored for account {account} yet: tgactors parse {account}")
