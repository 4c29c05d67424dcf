"""The command that shows how the running service is doing."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot import door
from bot.commands.options import AsJson, Data, Verbose

if TYPE_CHECKING:
    from bot.client.watching import Watcher
    from bot.screen import Screen

Every = Annotated[
    float, typer.Option("--every", min=0.5, max=3600.0, metavar="S", help="Seconds between looks.")
]
Once = Annotated[bool, typer.Option("--once", help="Look once, and end.")]


def top(
    *,
    once: Once = False,
    every: Every = 2.0,
    json: AsJson = False,
    data: Data = None,
    verbose: Verbose = False,
) -> None:
    """Show how the running service is doing, until Ctrl-C."""
    with door.opened(as_json=json, verbose=verbose) as screen:
        from bot import settings

        folder = settings.load(data=data).data
        door.run(lambda: _look(screen, folder, None if once else every))


async def _look(screen: Screen, folder: Path, every: float | None) -> None:
    """Look once, or again and again."""
    from bot.client.watching import Watcher

    async with Watcher(folder) as watcher:
        if every is not None and screen.is_live and not screen.as_json:
            await _redraw(screen, watcher, every)
            return
        while True:
            await _tell(screen, watcher)
            if every is None:
                return
            await asyncio.sleep(every)


async def _redraw(screen: Screen, watcher: Watcher, every: float) -> None:
    from rich.live import Live

    from bot import top as drawing

    first = drawing.screen(await watcher.look(), watcher.address)
    with Live(first, console=screen.console, auto_refresh=False, screen=True) as live:
        while True:
            await asyncio.sleep(every)
            shown = drawing.screen(await watcher.look(), watcher.address)
            live.update(shown, refresh=True)


async def _tell(screen: Screen, watcher: Watcher) -> None:
    from bot import top as drawing

    facts = await watcher.look()
    if not screen.as_json:
        screen.say(drawing.screen(facts, watcher.address))
    screen.answer(facts)
