"""The way into a command and out of it."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn, TypeVar

import typer

from bot.logs import listen
from bot.screen import Screen

T = TypeVar("T")

REFUSED = 2
TERMINATED = 128 + signal.SIGTERM


@contextmanager
def opened(*, as_json: bool, verbose: bool = False) -> Iterator[Screen]:
    """Give a command its screen; whatever refuses in there is told in its own words, exit 2."""
    signal.signal(signal.SIGTERM, _terminate)
    screen = Screen(as_json=as_json)
    listen(verbose=verbose)
    try:
        yield screen
    except _refusals() as refusal:
        refuse(screen, type(refusal).__name__, str(refusal))


def refuse(screen: Screen, code: str, text: str) -> NoReturn:
    """Say why not, and end the command."""
    screen.complain(text)
    screen.answer({"error": {"code": code, "text": text}})
    raise typer.Exit(REFUSED)


def run(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run a coroutine to its end; Ctrl-C and SIGTERM cancel it, and it cleans up before we go."""
    terminated = False

    async def watched() -> T:
        task = asyncio.current_task()

        def terminate() -> None:
            nonlocal terminated
            terminated = True
            if task is not None:
                task.cancel()

        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, terminate)
        return await work()

    try:
        return asyncio.run(watched())
    except asyncio.CancelledError:
        if terminated:
            raise typer.Exit(TERMINATED) from None
        raise
    finally:
        signal.signal(signal.SIGTERM, _terminate)  # the loop has put back the system's default


def _terminate(*_: object) -> None:
    """End from wherever we are, so that everything opened is closed on the way."""
    raise SystemExit(TERMINATED)


def _refusals() -> tuple[type[Exception], ...]:
    """What is said rather than traced; imported only when something was raised."""
    import actors  # noqa: PLC0415  `tgactors --help` must not wait for it

    return (actors.Refusal, actors.ActorError, actors.StorageError)
