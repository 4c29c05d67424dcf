"""The command that takes over a session of another program."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot import door
from bot.commands.options import ApiId, AsJson, Data, Telegram, Verbose
from bot.house import open_house

if TYPE_CHECKING:
    from actors import LoggedIn
    from bot.answers import Answers

_SECRET = re.compile(r"1[A-Za-z0-9_=+/-]{250,}")  # a string session; no file's name is so long

File = Annotated[
    str,
    typer.Argument(
        metavar="FILE",
        help="A Telethon .session file; - reads a string session from standard input.",
    ),
]


def import_session(
    file: File,
    *,
    api_id: ApiId = None,
    json: AsJson = False,
    data: Data = None,
    telegram: Telegram = None,
    verbose: Verbose = False,
) -> None:
    """Take over a session of another Telethon program."""
    from bot import api_keys
    from bot.answers import Answers

    async def adopted() -> LoggedIn:
        answers = Answers()
        api = await api_keys.asked(answers, api_id)
        source = await _source(file, answers)
        async with (
            open_house(data=data, telegram=telegram, writes=True) as house,
            house.newcomer() as newcomer,
        ):
            return await newcomer.import_session(source, api=api)

    with door.opened(as_json=json, verbose=verbose) as screen:
        account = door.run(adopted).account
        screen.say(f"Account {account} is logged in. Read its channels: tgactors parse {account}")
        screen.say(f"Telegram ends a session that is used in two places. {_advice(file)}")
        screen.answer({"account": account, "state": "READY"})


async def _source(file: str, answers: Answers) -> str | Path:
    """Return the path of a session file, or the session that was read from standard input."""
    from bot.refusals import NothingToRead, SessionInArgument

    if _SECRET.fullmatch(file):
        raise SessionInArgument
    if file != "-":
        return Path(file)
    with answers.hidden():
        typed = await answers.line("String session: ")
    if typed is None or not typed.strip():
        raise NothingToRead("the session")
    return typed.strip()


def _advice(file: str) -> str:
    if file == "-":
        return "Delete that string wherever it is kept, and never use it again."
    path = Path(file)
    there = path if path.exists() else path.with_name(f"{path.name}.session")
    return f"Delete the file now: rm {shlex.quote(str(there))}"
