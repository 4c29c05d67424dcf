"""The command that runs a Telegram on this machine."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from textwrap import indent
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from bot import door
from bot.commands.options import AsJson
from bot.wording import counted, line

if TYPE_CHECKING:
    from bot.screen import Screen
    from sandbox import Call, Sandbox, World

PORT = 4430

PROGRAM = """\
import asyncio
import actors

async def main() -> None:
    async with actors.open(data="./data", telegram="{address}"):
        user = actors.user({person})
        async for step in user.login():
            if isinstance(step, actors.QrCode):
                print(step.terminal)
        report = await user.parse()
        print(report.added, report.channels)

asyncio.run(main())
"""

Port = Annotated[
    int,
    typer.Option(
        "--port", metavar="N", min=0, max=65535, help="Where it listens; 0 takes a free port."
    ),
]
Scan = Annotated[
    bool, typer.Option("--scan", help="Let the person's phone scan every login code at once.")
]


WorldFile = Annotated[
    Path | None,
    typer.Option("--world", metavar="FILE", help="The world to serve, in place of the demo's."),
]


def sandbox(
    *, port: Port = PORT, scan: Scan = False, world: WorldFile = None, json: AsJson = False
) -> None:
    """Run a Telegram on this machine. Things are tried with it without an account."""
    from sandbox import demo_world

    with door.opened(as_json=json) as screen, ExitStack() as running:
        served = demo_world() if world is None else _loaded(world)
        telegram = running.enter_context(_listening(served, port, screen))
        if scan:
            telegram.scan_automatically(next(iter(served.people)))

        async def serve() -> None:
            """Say where it is as soon as SIGTERM, the proper end of a server, is heard."""
            told = asyncio.Event()
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
            _introduce(screen, telegram, scan=scan)
            await told.wait()

        door.run(serve)


def _loaded(file: Path) -> World:
    """Read a world in which somebody lives, or refuse the file with the place that is wrong."""
    import sandbox
    from bot.refusals import WorldFileInvalid

    try:
        world = sandbox.World.from_json(file)
    except sandbox.WorldFileInvalid as refusal:
        raise WorldFileInvalid(refusal.file, refusal.where, refusal.problem) from None
    if not world.people:
        problem = "Nobody lives in it: add a person."
        raise WorldFileInvalid(str(file), "people", problem)
    return world


@contextmanager
def _listening(world: World, port: int, screen: Screen) -> Iterator[Sandbox]:
    """Serve a world on a port, or refuse if somebody else has it."""
    from bot.refusals import PortTaken
    from sandbox import Sandbox

    telegram = Sandbox(world, port, on_call=lambda call: screen.say_whole(row_of(call)))
    with ExitStack() as running:
        try:
            running.enter_context(telegram)
        except OSError as error:
            why = os.strerror(error.errno) if error.errno else str(error)
            raise PortTaken(port, why.lower()) from None
        yield telegram


def _introduce(screen: Screen, telegram: Sandbox, *, scan: bool) -> None:
    """Say where it is, who lives there, and how to use it."""
    world, address = telegram.world, telegram.address
    person = next(iter(world.people.values()))
    posts = sum(len(channel.posts) for channel in world.channels.values())
    held = f"{counted(len(person.follows), 'channel')} with {counted(posts, 'post')}"
    scanned = "scanned by that person's phone at once" if scan else "shown, and scanned by nobody"
    screen.say_whole(f"A Telegram listens at {address}, until Ctrl-C.")
    screen.say(Text(f"{person.first_name}, id {person.id}, follows {held}."))
    screen.say(f"Login codes are {scanned}{'' if scan else ' (--scan changes that)'}.")
    screen.say("\nUse it from another terminal:\n")
    for command in (
        f"export TGACTORS_TELEGRAM={address}",
        f"tgactors login {person.id}",
        f"tgactors parse {person.id}",
    ):
        screen.say_whole(f"    {command}")
    screen.say("\nor from a program of your own:\n")
    screen.say_whole(indent(PROGRAM.format(address=address, person=person.id), "    "))
    screen.say("\nWhat clients do:\n")
    screen.say_whole(_row(*HEAD))
    screen.answer(
        {
            "address": address,
            "person": person.id,
            "channels": len(person.follows),
            "posts": posts,
            "scan": scan,
        }
    )


_WIDTHS = (28, 10, 10, 18)
HEAD = ("Method", "Person", "Channel", "Answer", "Fault")


def row_of(call: Call) -> str:
    """Put an answered call into a line of the table."""
    return _row(
        call.method,
        "-" if call.user is None else str(call.user),
        "-" if call.channel is None else str(call.channel),
        call.answer,
        call.fault or "",
    )


def _row(*cells: str) -> str:
    *padded, last = (line(cell) for cell in cells)
    columns = (f"{cell:<{width}}" for cell, width in zip(padded, _WIDTHS, strict=True))
    return f"{' '.join(columns)} {last}".rstrip()
