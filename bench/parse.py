"""A parse into Postgres against loops that store nothing, all of it by pages, or post by post."""

from __future__ import annotations

import asyncio
import statistics
from collections.abc import Iterable
from dataclasses import dataclass

from telethon.crypto import rsa

from actors.messages import LocateDatabase
from bench.houses import fresh
from bench.readers import Pace, looped, parsed, stored_singly, stored_whole
from bench.served import Served, served
from sandbox import PUBLIC_KEY

CHANNELS = 15
WHOLE = 6_000
ONE_BY_ONE = 500
"""Posts that the other loops store: enough for a rate."""


@dataclass(frozen=True, slots=True)
class Round:
    """Each way once, one right after the other."""

    looped: Pace
    parsed: Pace
    whole: Pace
    singly: Pace


def ratios(*, full: bool) -> dict[str, float]:
    """Return posts per second of a first parse over those of the others, medians of rounds.

    `parse` is over a plain `iter_messages` loop that stores nothing, `parse_whole` over one that
    stores as much of a post as a parse does, a page at a time, and `original` over one that sends a
    SELECT and an INSERT for each post, all to the same Postgres. `*_us` are the CPU of a post in
    the process that reads, the least of all rounds: other load on the machine changes it least.
    """
    posts, times = (8_000, 7) if full else (4_000, 3)
    rsa.add_key(PUBLIC_KEY, old=False)
    with served(channels=CHANNELS, posts=posts) as telegram:
        asyncio.run(looped(telegram))  # warms the server's cache of encoded posts
        rounds = [asyncio.run(_round(telegram)) for _ in range(times)]
    ratio = [each.parsed.per_second / each.looped.per_second for each in rounds]
    return {
        "parse": statistics.median(ratio),
        "parse_min": min(ratio),
        "parse_max": max(ratio),
        "parse_whole": statistics.median(
            each.parsed.per_second / each.whole.per_second for each in rounds
        ),
        "parse_posts_per_s": _median(each.parsed for each in rounds),
        "parse_us": min(each.parsed.cpu_us for each in rounds),
        "parse_loop_us": min(each.looped.cpu_us for each in rounds),
        "parse_whole_us": min(each.whole.cpu_us for each in rounds),
        "original": statistics.median(
            each.parsed.per_second / each.singly.per_second for each in rounds
        ),
        "original_posts_per_s": _median(each.singly for each in rounds),
    }


def _median(paces: Iterable[Pace]) -> float:
    return statistics.median(pace.per_second for pace in paces)


async def _round(telegram: Served) -> Round:
    async with fresh(telegram.address, telegram.person) as house:
        loop = await looped(telegram)
        parse = await parsed(house, telegram)
        dsn = await house.store.ask(LocateDatabase())
        whole = await stored_whole(telegram, dsn, WHOLE)
        return Round(loop, parse, whole, await stored_singly(telegram, dsn, ONE_BY_ONE))
