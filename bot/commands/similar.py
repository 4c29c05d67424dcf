"""The command that finds what is like a post."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from bot import door, hits
from bot.choosing import chosen
from bot.commands.asked import Hits, hint
from bot.commands.options import Account, AsJson, Data, Telegram, Verbose
from bot.house import open_house

if TYPE_CHECKING:
    from actors import Hit

ThePost = Annotated[
    str, typer.Argument(metavar="LINK", help="A link to the post, as `tgactors posts` shows it.")
]


def similar(
    account: Account,
    post: ThePost,
    *,
    limit: Hits = 10,
    json: AsJson = False,
    data: Data = None,
    telegram: Telegram = None,
    verbose: Verbose = False,
) -> None:
    """Find posts that are near in meaning to one."""
    number = _number(post)

    async def found() -> tuple[tuple[Hit, ...], str | None]:
        async with open_house(data=data, telegram=telegram) as house:
            user = house.user(account)
            channel = chosen(account, await user.channels(), post)
            near = await user.similar(channel.id, number, limit=limit)
            return near, None if near else await hint(user)

    with door.opened(as_json=json, verbose=verbose) as screen:
        near, todo = door.run(found)
        screen.answer({"account": account, "hits": [asdict(hit) for hit in near]})
        if not json:
            hits.show(screen, near)
            if not near:
                screen.say("Nothing is like it, or it is not indexed yet.")
        if todo is not None:
            screen.note(todo)


def _number(post: str) -> int:
    from actors.links import Named, Numbered, link

    found = link(post)
    if isinstance(found, Named | Numbered) and found.post is not None:
        return found.post
    raise typer.BadParameter(f"{post!r} is no link to a post, like https://t.me/name/12.")
