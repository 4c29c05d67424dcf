"""A process that writes points until it is killed, and says which it was promised."""

from __future__ import annotations

import asyncio
import itertools
import sys
from pathlib import Path

from storage.vectors.edge import EdgeStore
from tests.storage.vectors.samples import point

BATCH = 36


async def write(folder: Path) -> None:
    """Print the epoch, then the number of each batch that is written; end only by a signal."""
    store = await EdgeStore.open(folder)
    print(await store.ensure("c", 3), flush=True)
    for batch in itertools.count():
        posts = range(batch * BATCH + 1, (batch + 1) * BATCH + 1)
        points = [point(1, post, part=part) for post in posts for part in range(2)]
        await store.replace("c", [(1, post) for post in posts], points)
        print(batch, flush=True)


if __name__ == "__main__":
    asyncio.run(write(Path(sys.argv[1])))
