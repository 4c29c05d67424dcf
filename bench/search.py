"""Tagging, indexing and searching on the local defaults, in a house of its own."""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from itertools import cycle, islice, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import asyncpg

import actors
from actors.messages import LocateDatabase
from bench.processes import cpu_seconds, resident_mib, resident_mib_of
from bench.vectors import Vector, added, known, upserts
from bot.commands.scratch import scratch_folder
from bot.evaluation import sets
from bot.evaluation.archive import READER, fill

if TYPE_CHECKING:
    from actors.people import User

SETTLE_SECONDS = 300.0
WORKER = "worker"
"""What the command of the process that embeds has in it."""


def ratios(*, full: bool) -> dict[str, float]:
    """Return what tagging and indexing costs, how long searches take, and what memory.

    A search is `user.search`, its query's embedding included. `upsert_36` and `upsert_256`
    are points a second of the embedded store over those of qdrant-client's local mode.
    """
    command = [sys.executable, "-m", "bench.search", *(["--full"] if full else [])]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=3600, check=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


async def measured(scratch: Path, *, full: bool) -> dict[str, float]:
    """Measure in one data folder, whose archive grows from size to size."""
    posts, sizes, rounds = (500, (1_000, 10_000, 100_000), 6) if full else (60, (10_000,), 1)
    data, texts = scratch / "data", _texts(posts)
    found = await _prepared(data, texts)
    near = await known(data / "vectors", posts)
    held = posts
    for size in sizes:
        await _grow(data, texts, near, held, size)
        found |= await _searched(data, size, rounds)
        held = size
    return found | await upserts(near, scratch)


async def _prepared(data: Path, texts: Sequence[str]) -> dict[str, float]:
    """Tag and index the first posts."""
    async with actors.open(data=data) as house:
        await fill(house, texts[:1])
        await house.settle(READER, SETTLE_SECONDS)  # the model is loaded, which happens once
        began, spent = time.perf_counter(), cpu_seconds()
        await fill(house, texts[1:], first=2)
        await house.settle(READER, SETTLE_SECONDS)
        took, cpu = time.perf_counter() - began, cpu_seconds() - spent
        meaning = await house.user(READER).meaning()
    assert meaning.indexed == meaning.tagged == len(texts), meaning
    done = len(texts) - 1
    return {"prepared_per_s": done / took, "prepared_per_cpu_s": done / cpu}


async def _grow(
    data: Path, texts: Sequence[str], near: Sequence[Vector], held: int, size: int
) -> None:
    """Add posts with texts that are there already, and vectors near to theirs."""
    more = list(islice(cycle(texts), held, size))
    async with actors.open(data=data, workers=False) as house:
        await fill(house, more, first=held + 1)
        for _ in range(1 + (size - held) // 800):  # a search finds the words of so many first
            await house.user(READER).search("bench")
        await _tidied(await house.store.ask(LocateDatabase()))
    await added(data / "vectors", near, held, size)


async def _tidied(dsn: str) -> None:
    """Do what Postgres itself does within a minute, once so much was stored."""
    connection: asyncpg.Connection[Any] = await asyncpg.connect(dsn)
    try:
        await connection.execute("VACUUM ANALYZE", timeout=SETTLE_SECONDS)
    finally:
        await connection.close()


async def _searched(data: Path, size: int, rounds: int) -> dict[str, float]:
    """Search for every other query of the evaluation set some times, one after the other."""
    queries = [query.text for query in sets.own().queries][::2]
    async with actors.open(data=data, workers=False) as house:
        user = house.user(READER)
        for query in queries[:5]:  # loads the model, opens the vectors
            await user.search(query)
        spent = cpu_seconds()
        times = sorted([await _milliseconds(user, query) for query in queries * rounds])
        spent = cpu_seconds() - spent
        return {
            f"search_cpu_ms_{_short(size)}": spent / len(times) * 1000,
            f"search_p50_ms_{_short(size)}": statistics.median(times),
            f"search_p99_ms_{_short(size)}": times[int(0.99 * len(times))],
            f"search_mib_{_short(size)}": resident_mib(),
            "search_worker_mib": resident_mib_of(WORKER),
        }


async def _milliseconds(user: User, query: str) -> float:
    began = time.perf_counter()
    found = await user.search(query)
    took = time.perf_counter() - began
    assert found.trouble is None, found.trouble
    return took * 1000


def _texts(posts: int) -> list[str]:
    """Return texts of the evaluation set, and two in one when there are no more."""
    single = [post.text for post in sets.own().posts]
    return [*single, *map("\n\n".join, pairwise(single))][:posts]


def _short(size: int) -> str:
    return f"{size // 1000}k"


def _main() -> Iterator[str]:
    with scratch_folder() as scratch:
        yield json.dumps(asyncio.run(measured(scratch, full="--full" in sys.argv)))


if __name__ == "__main__":
    print(*_main())
