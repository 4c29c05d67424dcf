"""A house in a process of its own that reads by its schedule until its input ends."""

from __future__ import annotations

import asyncio
import sys

import actors


async def main() -> None:
    """Keep a house as the environment describes it."""
    async with actors.open(schedule=True):
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
