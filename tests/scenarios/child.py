"""A house in a process of its own, which does what the lines of its input say.

A line is a JSON list: a number, a verb, an account, and what the verb needs. Every line of output
is a JSON object with that number. The end of the input closes the house.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable

import actors
from actors.house import House

Say = AsyncIterator[object]
REFUSALS = (actors.Refusal, actors.ActorError, actors.StorageError)


async def login(_house: House, account: int, phone: str | None) -> Say:
    """Log in, and tell each step."""
    async for step in actors.user(account).login(phone=phone):
        yield step


async def parse(_house: House, account: int, _: str | None) -> Say:
    """Read what is new."""
    yield await actors.user(account).parse(depth=None)


async def status(_house: House, account: int, _: str | None) -> Say:
    """Tell how the account is doing."""
    yield await actors.user(account).status()


async def password(_house: House, account: int, said: str | None) -> Say:
    """Prove a two-step password."""
    await actors.user(account).password(said or "")
    yield None


async def poll(house: House, _account: int, token: str | None) -> Say:
    """Hold a bot, and tell for whom it is waited, when that begins, and when it is lost."""
    told: asyncio.Queue[object] = asyncio.Queue()

    async def hold() -> None:
        async with house.hold_polling(token or "", waiting=told.put_nowait) as polling:
            told.put_nowait(polling)
            await polling.wait_lost()

    holding = asyncio.create_task(hold())
    holding.add_done_callback(lambda _: told.put_nowait(None))
    while not holding.done():
        yield await told.get()
    holding.result()


VERBS: dict[str, Callable[[House, int, str | None], Say]] = {
    each.__name__: each for each in (login, parse, status, password, poll)
}


def tell(number: int, value: object, *, last: bool) -> None:
    """Write a line about a value, an error included."""
    said = {
        "of": number,
        "kind": type(value).__name__,
        "text": str(value),
        "url": getattr(value, "url", None),
        "added": getattr(value, "added", None),
        "state": getattr(value, "state", None),
        "last": last,
    }
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()


async def carry_out(house: House, number: int, verb: str, account: int, said: str | None) -> None:
    """Do one thing, and tell how it went."""
    told: object = None
    try:
        async for told in VERBS[verb](house, account, said):
            tell(number, told, last=False)
    except REFUSALS as refusal:
        told = refusal
    tell(number, told, last=True)


async def main() -> None:
    """Keep a house until the input ends."""
    async with actors.open() as house, asyncio.TaskGroup() as group:
        tell(0, None, last=True)
        while line := await asyncio.to_thread(sys.stdin.readline):
            group.create_task(carry_out(house, *json.loads(line)))


if __name__ == "__main__":
    asyncio.run(main())
