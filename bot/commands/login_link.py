"""The command that lets somebody log in on a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bot import door
from bot.commands.options import Account, AsJson, Data, Verbose
from bot.house import open_house
from bot.login_address import page_address
from bot.wording import moment

if TYPE_CHECKING:
    from storage.service_rows import LoginLink

Invite = Annotated[
    str | None,
    typer.Option("--invite", metavar="CODE", help="An invite, of which a use is reserved."),
]


def login_link(
    account: Account,
    *,
    invite: Invite = None,
    json: AsJson = False,
    data: Data = None,
    verbose: Verbose = False,
) -> None:
    """Make a link by which a person logs in on a page. It is good once, for ten minutes."""
    from bot import settings
    from bot.web.announcement import announcement

    async def made() -> LoginLink:
        async with open_house(data=data) as house:
            return await house.login_link(account, invite=invite)

    with door.opened(as_json=json, verbose=verbose) as screen:
        found = settings.load(data=data)
        service = announcement(found.data)
        here = f"http://{found.http_host}:{found.http_port}"
        base = found.http_public_url or (service.address if service else here)
        link = door.run(made)
        url = page_address(base, link.text)
        screen.say(f"For account {account} alone, once, until {moment(link.expires_at)}:")
        screen.say_whole(url)
        if service is None:
            screen.complain("Nothing serves the page now. Start it: tgactors serve")
        screen.answer({"account": account, "url": url, "expires_at": link.expires_at})
