"""The command that serves everybody."""

from __future__ import annotations

import os
from contextlib import ExitStack

import typer

from bot import door
from bot.commands.options import AsJson, Data, Telegram, Verbose
from bot.commands.own_sandbox import OwnSandbox, own_sandbox


def serve(
    *,
    json: AsJson = False,
    data: Data = None,
    telegram: Telegram = None,
    verbose: Verbose = False,
) -> None:
    """Read by the schedule, answer over HTTP and at the bot. Ctrl-C or SIGTERM ends it."""
    with door.opened(as_json=json, verbose=verbose) as screen, ExitStack() as beside:
        from actors.settings import OWN_SANDBOX
        from bot import settings
        from bot.client.look import refuse_a_second
        from bot.misspelt import misspelt

        found = settings.load(data=data, telegram=telegram)
        refuse_a_second(found.data)
        from bot.serving import Serving  # only now: all that it serves with takes long to load

        for warning in misspelt(os.environ):
            screen.note(warning)
        brought: OwnSandbox | None = None
        if found.telegram == OWN_SANDBOX:
            brought = beside.enter_context(own_sandbox(screen))
            telegram = brought.address
        serving = Serving(screen, found, begin_with=None if brought is None else brought.admit)
        try:
            door.run(lambda: serving.run(data=data, telegram=telegram))
        except typer.Exit as end:
            if end.exit_code != door.TERMINATED:
                raise
            # SIGTERM is the proper end of a service, and it has ended in order.
