"""The command that runs a Telegram on this machine."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from textwrap import indent
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from bot import door
from bot.commands.options import AsJson
from bot.wording import counted

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


def sandbox(*, port: Port = PORT, scan: Scan = False, json: AsJson = False) -> None:
    """Run a Telegram on this machine, to try things without an account."""
    from sandbox import demo_world

    with door.opened(as_json=json) as screen, ExitStack() as running:
        world = demo_world()
        person = next(iter(world.people))
        telegram = running.enter_context(_listening(world, port, screen))
        if scan:
            telegram.scan_automatically(person)

        async def serve() -> None:
            """Say where it is as soon as SIGTERM, the proper end of a server, is heard."""
            told = asyncio.Event()
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
            _introduce(screen, telegram, scan=scan)
            await told.wait()

        door.run(serve)


@contextmanager
def _listening(world: World, port: int, screen: Screen) -> Iterator[Sandbox]:
    """Serve a world on a port, or refuse if somebody else has it."""
    from bot.refusals import PortTaken
    from sandbox import Sandbox

    telegram = Sandbox(world, port, on_call=lambda call: screen.say(Text(_told(call), "dim")))
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
    screen.answer(
        {
            "address": address,
            "person": person.id,
            "channels": len(person.follows),
            "posts": posts,
            "scan": scan,
        }
    )


def _told(call: Call) -> str:
    """Describe an answered call in a line."""
    caller = "nobody yet" if call.user is None else str(call.user)
    channel = "" if call.channel is None else f", channel {call.channel}"
    return f"{call.method} from {caller}{channel}: {call.answer}"
