"""The command that plays the whole service against a sandbox, in the browser."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from bot import door
from bot.commands.options import AsJson, Verbose
from bot.commands.scratch import kept_folder, scratch_folder, undisturbed

if TYPE_CHECKING:
    from actors.house import House
    from bot.screen import Screen
    from sandbox import World
    from sandbox.play import Page, Stage

EVERY: Final = 30
"""Seconds after which the schedule reads again."""
STRANGER: Final = 700_000_001

Port = Annotated[
    int,
    typer.Option(
        "--port", metavar="N", min=0, max=65535, help="Where the page is; 0 takes a free port."
    ),
]
Keep = Annotated[
    Path | None,
    typer.Option("--keep", metavar="DIR", help="Keep the data in this new folder, to look at."),
]


def play(
    *, port: Port = 0, keep: Keep = None, json: AsJson = False, verbose: Verbose = False
) -> None:
    """Run everything beside a sandbox, on a page in the browser. It needs no account."""
    with door.opened(as_json=json, verbose=verbose) as screen:
        kept = None if keep is None else kept_folder(keep)
        with scratch_folder() as scratch, undisturbed(scratch):
            from sandbox.play import Stage

            with Stage(_world()) as stage:
                data = kept or scratch / "data"
                door.run(lambda: _serve(screen, stage, port, data))


def _world() -> World:
    """Make the demo's world, with a second person in it, who follows one of its channels."""
    from sandbox import demo_world

    world = demo_world()
    boris = world.person(STRANGER, first_name="Boris", phone="79990003344")
    world.follow(boris, next(iter(world.channels.values())))
    return world


async def _serve(screen: Screen, stage: Stage, port: int, data: Path) -> None:
    """Open the house, let the bot answer, and serve the page, until cancelled."""
    from bot import settings
    from bot.chat import duty
    from bot.house import own_house
    from bot.supervision import supervised, together
    from sandbox.play import Page

    page = Page(stage, port)
    opened = own_house(
        data=data,
        telegram=stage.telegram.address,
        writes=True,
        schedule=True,
        live=True,
        more=_models(stage) | {"registration": "open"},
    )
    async with _opened(page, port), opened as house:
        work = partial(
            duty.serve,
            house,
            token=stage.api.token,
            api=stage.api.url,
            admins=frozenset({stage.first()}),
            timezone=settings.load().timezone,
            ready=lambda _: _introduce(screen, page),
        )
        people = tuple(stage.telegram.world.people)
        async with together() as group:
            group.start_soon(supervised, "schedule", partial(_hasten, house, people))
            await supervised("bot", work)


async def _hasten(house: House, people: tuple[int, ...]) -> None:
    """Have whoever logs in be read more often than by default, until they choose themselves."""
    hastened: set[int] = set()
    while True:
        for person in people:
            state = (await house.user(person).status()).state
            if state == "NEW":  # also who was forgotten
                hastened.discard(person)
            elif state == "READY" and person not in hastened:
                await house.user(person).read_every(EVERY)
                hastened.add(person)
        await asyncio.sleep(EVERY)


@asynccontextmanager
async def _opened(page: Page, port: int) -> AsyncIterator[None]:
    """Serve the page, or refuse if somebody else has its port."""
    from bot.refusals import PortTaken

    async with AsyncExitStack() as running:
        try:
            await running.enter_async_context(page)
        except OSError as error:
            why = os.strerror(error.errno) if error.errno else str(error)
            raise PortTaken(port, why.lower(), command="play") from None
        yield


def _models(stage: Stage) -> dict[str, object]:
    """Return what a house is told to ask the sandbox's models."""
    gigachat, openrouter = stage.providers.gigachat, stage.providers.openrouter
    return {
        "gigachat_key": gigachat.key,
        "gigachat_url": gigachat.api_url,
        "gigachat_auth_url": gigachat.oauth_url,
        "openrouter_key": openrouter.key,
        "openrouter_url": openrouter.api_url,
    }


def _introduce(screen: Screen, page: Page) -> None:
    screen.say("Everything runs beside a sandbox, until Ctrl-C. Open this in a browser:")
    screen.say_whole(page.address)
    screen.answer({"address": page.address})
