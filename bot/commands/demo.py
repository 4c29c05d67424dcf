"""The command that shows the main job from beginning to end."""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot import door
from bot.commands.findings import Findings, differences
from bot.commands.options import AsJson, Verbose
from bot.commands.scratch import kept_folder, scratch_folder, undisturbed
from bot.traces import Traces

if TYPE_CHECKING:
    from bot.screen import Screen

Keep = Annotated[
    Path | None,
    typer.Option("--keep", metavar="DIR", help="Keep the data in this new folder, to look at."),
]


def demo(*, keep: Keep = None, json: AsJson = False, verbose: Verbose = False) -> None:
    """Show the main job on this machine. It needs no account and no server."""
    began = time.monotonic()
    with door.opened(as_json=json, verbose=verbose) as screen:
        kept = None if keep is None else kept_folder(keep)
        before = Traces.now()
        with scratch_folder() as scratch:
            found = _play(screen, scratch, kept, verbose=verbose)
        left = before.left_behind(kept or scratch, kept=kept is not None)
        found = replace(found, left_behind=left, took=time.monotonic() - began)
        _conclude(screen, found, kept)


def _play(screen: Screen, scratch: Path, kept: Path | None, *, verbose: bool) -> Findings:
    from bot.commands.incident import Incident
    from bot.commands.story import Story
    from sandbox import Sandbox, demo_world
    from sandbox.providers import Providers

    data = kept or scratch / "data"
    if not verbose:  # the story tells of the one failure that belongs to it
        logging.getLogger("tgactors.actors").setLevel(logging.ERROR)
    with undisturbed(scratch), Sandbox(demo_world()) as telegram, Providers() as providers:
        return door.run(Story(screen, telegram, Incident(providers), data).tell)


def _conclude(screen: Screen, found: Findings, kept: Path | None) -> None:
    """Say whether all went as it must."""
    wrong = differences(found)
    if not found.left_behind:
        screen.say("Everything has stopped: no process, thread, socket or temporary file is left.")
    if kept is not None:
        screen.say("The data is kept; look at it:")
        screen.say_whole(f"    tgactors posts {found.person} --data '{kept}'")
    for each in wrong:
        screen.complain(f"Not as it must be: {each}.")
    if not wrong:
        screen.say(f"Done in {found.took:.1f} s.", "bold")
    screen.answer(found.facts())
    if wrong:
        raise typer.Exit(1)
