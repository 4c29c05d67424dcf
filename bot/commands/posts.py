"""The command that shows stored posts."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from bot import door
from bot.choosing import chosen
from bot.commands.options import Account, AsJson, Data, OneChannel, Telegram, Verbose
from bot.house import open_house
from bot.media import described
from bot.wording import counted, excerpt, line, moment

if TYPE_CHECKING:
    from actors import Post
    from bot.screen import Screen

_LINES = 3
_MOST = 240  # characters: three lines of a usual terminal

Limit = Annotated[
    int, typer.Option("--limit", metavar="N", min=1, max=1000, help="How many, newest first.")
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

    async def newest() -> tuple[Post, ...]:
        async with open_house(data=data, telegram=telegram) as house:
            user = house.user(account)
            one = None if channel is None else chosen(account, await user.channels(), channel)
            return await user.posts(limit=limit, channel=one.id if one else None)

    with door.opened(as_json=json, verbose=verbose) as screen:
        found = door.run(newest)
        screen.answer({"account": account, "posts": [asdict(post) for post in found]})
        if not json:
            _tell(screen, account, found)


def _tell(screen: Screen, account: int, found: tuple[Post, ...]) -> None:
    for post in found:
        screen.say(Text(_head(post), "bold"))
        text, carried = excerpt(post.text, _LINES, _MOST), described(post)
        if text or not carried:
            screen.say_indented(text or "(no text)", 2)
        if carried:
            screen.say_indented(f"[{carried}]", 2)
        if about := _about(post):
            screen.say_indented(about, 2)
        screen.say_whole(f"  {post.permalink}")
        screen.say()
    if not found:
        screen.say(f"Nothing is stored for account {account} yet: tgactors parse {account}")


def _head(post: Post) -> str:
    """Say where and when a post was published, and whether it has changed."""
    author = f" ({line(post.author)})" if post.author else ""
    edited = f", edited {moment(post.edited_at)}" if post.edited_at else ""
    return f"{line(post.channel_title)}{author}  {moment(post.published_at)}{edited}"


def _about(post: Post) -> str:
    """Say where a post comes from, and what others made of it."""
    facts = []
    if post.forward is not None:
        facts.append(f"forwarded from {line(post.forward.name or 'somebody who does not say')}")
    if post.reply_to is not None:
        facts.append(f"answers post {post.reply_to}")
    for number, what in ((post.views, "view"), (post.comments, "comment")):
        if number:
            facts.append(counted(number, what))
    if reactions := sum(number for _, number in post.reactions):
        facts.append(counted(reactions, "reaction"))
    if post.protected:
        facts.append("not to be forwarded or saved")
    return ", ".join(facts)
