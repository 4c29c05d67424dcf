"""The command that serves everybody."""

from __future__ import annotations

import typer

from bot import door
from bot.commands.options import AsJson, Data, Telegram, Verbose


def serve(
    *,
    json: AsJson = False,
    data: Data = None,
    telegram: Telegram = None,
    verbose: Verbose = False,
) -> None:
    """Read by the schedule and answer at the bot, until Ctrl-C or SIGTERM."""
    with door.opened(as_json=json, verbose=verbose) as screen:
        from bot import settings
        from bot.serving import Serving

        serving = Serving(screen, settings.load(data=data, telegram=telegram))
        try:
            door.run(lambda: serving.run(data=data, telegram=telegram))
        except typer.Exit as end:
            if end.exit_code != door.TERMINATED:
                raise
            # SIGTERM is the proper end of a service, and it has ended in order.
