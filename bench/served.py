"""A generated Telegram in a process of its own, whose person scans every code."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Served:
    """Where it listens, and who is there."""

    address: str
    person: int
    sessions: tuple[str, ...]
    """Session strings of that person, logged in already."""


@contextmanager
def served(*, channels: int, posts: int, sessions: int = 1, away: float = 0.0) -> Iterator[Served]:
    """Serve `posts` posts in each of `channels` channels, for the length of the block.

    Calls that read history are answered `away` seconds late.
    """
    words = [str(each) for each in (channels, posts, sessions, away)]
    command = [sys.executable, "-m", "bench.served", *words]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        facts = json.loads(process.stdout.readline())
        yield Served(facts["address"], facts["person"], tuple(facts["sessions"]))
    finally:
        process.stdin.close()
        process.wait(timeout=30)
        process.stdout.close()


def main() -> None:
    """Serve until standard input ends."""
    from sandbox import Sandbox, generated_world

    channels, posts, sessions = (int(argument) for argument in sys.argv[1:4])
    away = float(sys.argv[4])
    world = generated_world(channels=channels, posts=posts)
    person = next(iter(world.people))
    with Sandbox(world) as sandbox:
        sandbox.scan_automatically(person)
        if away:
            sandbox.faults.delay("messages.getHistory", away, times=sys.maxsize)
        minted = [sandbox.mint(person).string() for _ in range(sessions)]
        facts = {"address": sandbox.address, "person": person, "sessions": minted}
        sys.stdout.write(json.dumps(facts) + "\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main()
