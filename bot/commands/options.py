"""The arguments and options that commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

_FIRST_TOO_LARGE = 2**63


def account_id(given: str) -> int:
    """Read a Telegram user id."""
    if given.isdecimal() and 0 < int(given) < _FIRST_TOO_LARGE:
        return int(given)
    raise typer.BadParameter(f"{given!r} is no Telegram user id: those are numbers from 1 on.")


Account = Annotated[
    int, typer.Argument(metavar="ID", parser=account_id, help="The person's Telegram user id.")
]
Somebody = Annotated[
    int | None,
    typer.Argument(metavar="ID", parser=account_id, help="A Telegram user id; may be left out."),
]
ApiId = Annotated[
    int | None,
    typer.Option(
        "--api-id",
        metavar="N",
        min=1,
        help="API keys of the account's own; the hash is asked for, or read from standard input.",
    ),
]
AsJson = Annotated[
    bool, typer.Option("--json", help="Answer with one line of JSON on standard output.")
]
Verbose = Annotated[
    bool, typer.Option("--verbose", "-v", help="Show on standard error what happens.")
]
Data = Annotated[
    Path | None,
    typer.Option(
        "--data", metavar="DIR", help="The data folder [default: TGACTORS_DATA, or ./data]."
    ),
]
Telegram = Annotated[
    str | None,
    typer.Option(
        "--telegram",
        metavar="ADDRESS",
        help="sandbox://127.0.0.1:PORT in place of Telegram [default: TGACTORS_TELEGRAM].",
    ),
]
OneChannel = Annotated[
    str | None,
    typer.Option("--channel", metavar="ID|@NAME", help="Of one channel only, by id or username."),
]
