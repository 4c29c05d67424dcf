"""The memory of a process that reads one long channel from its first post on."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path

from telethon.crypto import rsa

from actors import ParseProgress
from bench.houses import fresh
from bench.readers import Watch
from bench.served import served
from sandbox import PUBLIC_KEY

KIB_IN_MIB = 1024


def ratios(*, full: bool) -> dict[str, float]:
    """Return by how many MiB a process's peak grows while it reads all but a tenth of a channel."""
    posts = 100_000 if full else 15_000
    command = [sys.executable, "-m", "bench.backfill", str(posts)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


async def read(posts: int) -> dict[str, float]:
    """Read so many posts, and look at the peak after a tenth of them and at the end."""
    early: list[int] = []

    def look(now: ParseProgress) -> None:
        if not early and now.added >= posts // 10:
            early.append(_peak_kib())

    with served(channels=1, posts=posts) as telegram:
        async with fresh(telegram.address, telegram.person) as house:
            watch = Watch()
            report = await house.user(telegram.person).parse(depth=None, progress=look)
            pace = watch.pace(report.added)
    assert report.added == posts, f"{report.added} of {posts} posts were read"
    return {
        "backfill_posts": report.added,
        "backfill_posts_per_s": pace.per_second,
        "backfill_peak_mib": _peak_kib() / KIB_IN_MIB,
        "backfill_grown_mib": (_peak_kib() - early[0]) / KIB_IN_MIB,
    }


def _peak_kib() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))


if __name__ == "__main__":
    rsa.add_key(PUBLIC_KEY, old=False)
    print(json.dumps(asyncio.run(read(int(sys.argv[1])))))
