"""What the kernel's tests share: a system per test, and nothing left behind by any."""

from __future__ import annotations

import sys
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from runtime import ActorSystem


@pytest.fixture
def hurried() -> Iterator[None]:
    """Let threads take turns a hundred times as often, so that races are met."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(5e-5)
    yield
    sys.setswitchinterval(before)


def _descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    """Fail a test that leaves a thread or a descriptor behind."""
    threads, descriptors = set(threading.enumerate()), _descriptors()
    yield
    for thread in set(threading.enumerate()) - threads:
        thread.join(5.0)
    assert set(threading.enumerate()) <= threads
    assert _descriptors() <= descriptors


@pytest.fixture
async def system() -> AsyncIterator[ActorSystem]:
    """Open a system that stops with the test."""
    async with ActorSystem("test", grace=0.2) as system:
        yield system
