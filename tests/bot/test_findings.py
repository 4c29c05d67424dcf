"""The decision whether a demo went as it must."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.commands.findings import Findings, differences

GOOD = Findings(
    person=7,
    channels=15,
    added=(36, 0, 3),
    posts=39,
    tagged=(35, 1),
    indexed=36,
    pending=(1, 0),
    vectors=36,
    vectors_end=39,
    answered=True,
    client_threads=frozenset({"account-7"}),
    caller_threads=5,
    loop_violations=0,
    took=1.234,
)


def test_a_good_demo_differs_in_nothing() -> None:
    """What it must be leads to no complaint."""
    assert differences(GOOD) == ()


def test_the_facts_are_what_was_measured() -> None:
    """A program is told the measured numbers, not the expected ones."""
    odd = replace(
        GOOD, channels=1, added=(2,), posts=3, tagged=(6,), indexed=7, pending=(8,), vectors=9,
        vectors_end=10, caller_threads=4, loop_violations=5,
    )  # fmt: skip
    assert odd.facts() == {
        "channels": 1,
        "added": [2],
        "posts": 3,
        "tagged": [6],
        "indexed": 7,
        "pending": [8],
        "vectors": 9,
        "vectors_end": 10,
        "client_threads": 1,
        "caller_threads": 4,
        "loop_violations": 5,
        "took_s": 1.23,
    }


@pytest.mark.parametrize(
    ("change", "complaints"),
    [
        ({"channels": 14}, ["channels is 14, not 15"]),
        ({"added": (36, 1, 3)}, ["added is [36, 1, 3], not [36, 0, 3]"]),
        ({"posts": 38}, ["posts is 38, not 39"]),
        ({"tagged": (36, 0)}, ["tagged is [36, 0], not [35, 1]"]),
        ({"indexed": 35}, ["indexed is 35, not 36"]),
        ({"pending": (0, 0)}, ["pending is [0, 0], not [1, 0]"]),
        ({"vectors": 35}, ["vectors is 35, not 36"]),
        ({"vectors_end": 38}, ["vectors_end is 38, not 39"]),
        ({"answered": False}, ["the search or the question had no answer with sources"]),
        ({"caller_threads": 4}, ["caller_threads is 4, not 5"]),
        ({"loop_violations": 1}, ["loop_violations is 1, not 0"]),
        ({"client_threads": frozenset()}, ["client_threads is 0, not 1"]),
        (
            {"client_threads": frozenset({"MainThread"})},
            ["Telethon was called on the thread MainThread"],
        ),
        (
            {"client_threads": frozenset({"account-7", "store"})},
            ["client_threads is 2, not 1", "Telethon was called on the thread store"],
        ),
        ({"left_behind": ("thread x",)}, ["left behind: thread x"]),
    ],
)
def test_each_difference_is_named(change: dict[str, Any], complaints: list[str]) -> None:
    """Whatever is not as it must be is named with what was found."""
    assert list(differences(replace(GOOD, **change))) == complaints
