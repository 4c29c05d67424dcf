"""The actor kernel against other ways across threads, in one run, contenders interleaved."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

from bench.contenders import OTHERS, Ask, Count, Echo, Echoing, Note, ours
from runtime import ActorRef, ActorSystem

KIB = 1024
Step = Callable[[], Awaitable[int]]
"""One measurement: returns how many operations it did."""


def ratios(*, full: bool) -> dict[str, float]:
    """Measure in a process of its own, pinned to one core.

    `ask` is our CPU over that of `run_coroutine_threadsafe`; `ask_100` and `ask_1000` are its over
    ours; `*_over_floor` are over two bare `call_soon_threadsafe`.
    """
    command = [sys.executable, "-m", "bench.kernel", *(["--full"] if full else [])]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


async def cheapest(steps: dict[str, Step], rounds: int) -> dict[str, float]:
    """Return each step's least CPU per operation in microseconds, over interleaved rounds."""
    least: dict[str, float] = {}
    for _ in range(rounds):
        for name, step in steps.items():
            began = time.process_time()
            operations = await step()
            cost = (time.process_time() - began) / operations * 1e6
            least[name] = min(cost, least.get(name, cost))
    return least


def one_by_one(ask: Ask, count: int) -> Step:
    """Ask, await the answer, ask again."""

    async def step() -> int:
        for number in range(count):
            await ask(number)
        return count

    return step


def outstanding(ask: Ask, count: int, times: int) -> Step:
    """Ask so many at once, await them all."""

    async def step() -> int:
        for _ in range(times):
            await asyncio.gather(*(ask(number) for number in range(count)))
        return count * times

    return step


async def asks(rounds: int) -> dict[str, float]:
    """Compare single and outstanding asks."""
    async with AsyncExitStack() as stack:
        _, ref = await stack.enter_async_context(ours())

        def our_ask(number: int) -> Awaitable[int]:
            return ref.ask(Echo(number=number))

        ways: dict[str, Ask] = {"ours": our_ask}
        ways |= {name: stack.enter_context(make()) for name, make in OTHERS.items()}
        single = await cheapest({n: one_by_one(ask, 1000) for n, ask in ways.items()}, rounds)
        ways.pop("pykka", None)  # it would need a thread for each
        some = await cheapest({n: outstanding(ask, 100, 20) for n, ask in ways.items()}, rounds)
        many = await cheapest({n: outstanding(ask, 1000, 5) for n, ask in ways.items()}, rounds)
    found = {
        "ask": single["ours"] / single["rtf"],
        "ask_100": some["rtf"] / some["ours"],
        "ask_1000": many["rtf"] / many["ours"],
        "ask_us": single["ours"],
        "ask_1000_us": many["ours"],
    }
    for each in single.keys() - {"ours"}:
        found[f"ask_over_{each}"] = single["ours"] / single[each]
    return found


async def tells(rounds: int) -> dict[str, float]:
    """Compare sends into a bound of 1,000, waiting for room, with tells into no bound."""
    count = 5_000
    async with ActorSystem("bench") as system:
        bounded = await system.spawn("bounded", Echoing, bound=1_000)
        unbounded = await system.spawn("unbounded", Echoing, bound=10**9)

        async def tell() -> int:
            for _ in range(count):
                unbounded.tell(Note())
            await unbounded.ask(Echo(number=0))
            return count

        async def send() -> int:
            for _ in range(count):
                await bounded.send(Note())
            await bounded.ask(Echo(number=0))
            return count

        cost = await cheapest({"tell": tell, "send": send}, rounds)
    return {"tell_bounded": cost["send"] / cost["tell"], "tell_us": cost["tell"]}


async def streams(rounds: int) -> dict[str, float]:
    """Count the items a stream carries in a second of CPU."""
    count = 5_000
    async with ours() as (_, ref):

        async def read() -> int:
            async for _ in ref.stream(Count(to=count)):
                pass
            return count

        cost = await cheapest({"item": read}, rounds)
    return {"stream_items_per_s": 1e6 / cost["item"]}


async def lives(rounds: int) -> dict[str, float]:
    """Time a spawn with its stop, and a first message that wakes a sleeper."""
    best = {"spawn_ms": float("inf"), "stop_ms": float("inf"), "wake_ms": float("inf")}
    for _ in range(max(20, rounds)):
        async with ActorSystem("bench") as system:
            times = [time.perf_counter()]
            await system.spawn("one", Echoing)
            times.append(time.perf_counter())
            await system.dismiss("one")
            times.append(time.perf_counter())
            await system.register("two", Echoing).ask(Echo(number=0))
            times.append(time.perf_counter())
        for name, began, ended in zip(best, times, times[1:], strict=False):
            best[name] = min(best[name], (ended - began) * 1e3)
    return best


async def footprint(awake: int) -> dict[str, float]:
    """Weigh actors that sleep and actors that idle."""
    async with ActorSystem("bench") as system:
        await system.spawn("first", Echoing)
        before = _resident()
        for number in range(10_000):
            system.register(f"sleeping-{number}", Echoing, idle=60.0)
        sleeping = _resident() - before
        before, threads, descriptors = _resident(), threading.active_count(), _descriptors()
        refs: list[ActorRef[Echo | Note | Count]] = [
            await system.spawn(f"idle-{number}", Echoing) for number in range(awake)
        ]
        for ref in refs:
            await ref.ask(Echo(number=0))
        return {
            "sleeping_kib": sleeping / 10_000 / KIB,
            "idle_kib": (_resident() - before) / awake / KIB,
            "idle_threads": (threading.active_count() - threads) / awake,
            "idle_descriptors": (_descriptors() - descriptors) / awake,
        }


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGESIZE")


def _descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


async def everything(*, full: bool) -> dict[str, float]:
    """Measure all, the footprint first, while the process is small."""
    rounds = 25 if full else 4
    found = await footprint(200)
    for part in (asks, tells, streams, lives):
        found |= await part(rounds)
    return found


if __name__ == "__main__":
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    print(json.dumps(asyncio.run(everything(full="--full" in sys.argv))))
