"""The wait until nothing more is to be done for an account just now."""

from __future__ import annotations

from actors.meaning_messages import CountWork
from actors.ports import Asks
from actors.rounds import TROUBLE
from runtime.clock import Clock
from storage.rows import WorkKind

LOOK_SECONDS = 0.1
REST = 9
"""So many times as long as a look has taken nobody looks again: counting much work takes a while,
and whoever waits for it must not keep it waiting."""
MOST_SECONDS = 2.0
STORE_SECONDS = 10.0


async def settled(store: Asks, clock: Clock, account: int, within: float, *kinds: WorkKind) -> bool:
    """Wait until work of these kinds is neither due nor with a worker, at most so many seconds.

    What was put back until later counts as settled: it says itself what it waits for.
    """
    last = clock.now() + within
    while True:
        began = clock.now()
        if await _is_settled(store, account, kinds):
            return True
        now = clock.now()
        if now >= last:
            return False
        rest = min(max(LOOK_SECONDS, REST * (now - began)), MOST_SECONDS)
        await clock.sleep(min(rest, last - now))


async def _is_settled(store: Asks, account: int, kinds: tuple[WorkKind, ...]) -> bool:
    try:
        counts = await store.ask(CountWork(account=account), timeout=STORE_SECONDS)
    except TROUBLE:  # a store that is down says nothing of what is due
        return False
    return not any(each.due or each.leased for each in counts if each.kind in kinds)
