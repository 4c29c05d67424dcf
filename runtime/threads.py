"""The threads actors live on, and what the machine allows of them."""

from __future__ import annotations

import resource
import threading

STACK_BYTES = 2 * 1024 * 1024
"""An actor's stack: 1 MiB overflows in deep recursion; more costs address space, not memory."""

DESCRIPTORS_PER_ACTOR = 3  # a loop holds two, a connection one
_DESCRIPTORS_ELSEWHERE = 64

_starting = threading.RLock()  # the stack size is a setting of the whole process


def start(thread: threading.Thread) -> None:
    """Start a thread with an actor's stack; others keep the size they had."""
    with _starting:
        before = threading.stack_size(STACK_BYTES)
        try:
            thread.start()
        finally:
            threading.stack_size(before)


def room_for(soft: int) -> int:
    """Return how many live actors a soft limit of open files has room for."""
    return max(0, (soft - _DESCRIPTORS_ELSEWHERE) // DESCRIPTORS_PER_ACTOR)


def advice(actors: int, soft: int, hard: int) -> str | None:
    """Say what to do if so many live actors do not fit the limits of open files; else None."""
    if actors <= room_for(soft):
        return None
    wanted = actors * DESCRIPTORS_PER_ACTOR + _DESCRIPTORS_ELSEWHERE
    how = f"run `ulimit -n {wanted}` first"
    if wanted > hard:
        how = f"raise the hard limit ({hard}) to {wanted}: LimitNOFILE in systemd, or --ulimit"
    return f"{soft} open files are enough for {room_for(soft)} live actors, not {actors}: {how}"


def limits() -> tuple[int, int]:
    """Return the process's soft and hard limits of open files."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    huge = 2**62
    return (
        huge if soft == resource.RLIM_INFINITY else soft,
        huge if hard == resource.RLIM_INFINITY else hard,
    )
