"""The decision whether a demo went as it must."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What was measured while the demo ran, and after it."""

    person: int
    channels: int
    """Channels that the person follows."""
    added: tuple[int, ...]
    """Posts that each parse stored."""
    posts: int
    """Posts held at the end."""
    tagged: tuple[int, ...]
    """Posts that each of the first two parses had tagged."""
    indexed: int
    """Posts that were indexed after the second."""
    pending: tuple[int, ...]
    """Posts that waited at the end of each of these."""
    vectors: int
    """Posts in the vector store itself after the second parse."""
    vectors_end: int
    """Posts in it at the end."""
    answered: bool
    """Whether the search and the question were answered with sources."""
    client_threads: frozenset[str]
    """Names of the threads on which Telethon was called."""
    caller_threads: int
    """Threads that asked and were answered."""
    loop_violations: int
    """Telethon calls seen on a thread other than the connecting one."""
    left_behind: tuple[str, ...] = ()
    """Processes, threads, descriptors and files that outlived the demo."""
    took: float = 0.0
    """Seconds."""

    def facts(self) -> dict[str, object]:
        """Return what a program is told."""
        return {
            "channels": self.channels,
            "added": list(self.added),
            "posts": self.posts,
            "tagged": list(self.tagged),
            "indexed": self.indexed,
            "pending": list(self.pending),
            "vectors": self.vectors,
            "vectors_end": self.vectors_end,
            "client_threads": len(self.client_threads),
            "caller_threads": self.caller_threads,
            "loop_violations": self.loop_violations,
            "took_s": round(self.took, 2),
        }


_EXPECTED: dict[str, object] = {
    "channels": 15,
    "added": [36, 0, 3],
    "posts": 39,
    "tagged": [35, 1],
    "indexed": 36,
    "pending": [1, 0],
    "vectors": 36,
    "vectors_end": 39,
    "client_threads": 1,
    "caller_threads": 5,
    "loop_violations": 0,
}


def differences(found: Findings) -> tuple[str, ...]:
    """Say in what a demo differs from what it must be; nothing if all is well."""
    facts = found.facts()
    wrong = [
        f"{name} is {facts[name]}, not {expected}"
        for name, expected in _EXPECTED.items()
        if facts[name] != expected
    ]
    strangers = found.client_threads - {f"account-{found.person}"}
    wrong += [f"Telethon was called on the thread {name}" for name in sorted(strangers)]
    if not found.answered:
        wrong.append("the search or the question had no answer with sources")
    wrong += [f"left behind: {each}" for each in found.left_behind]
    return tuple(wrong)
