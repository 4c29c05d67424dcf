"""Checks that are run together."""

from __future__ import annotations

import threading

from bot.doctor.examination import Check, examine
from bot.doctor.finding import Finding, Level, count, ok, problem, warning

OK, WARNING, PROBLEM = Level.OK, Level.WARNING, Level.PROBLEM


def test_a_failing_check_hides_no_other() -> None:
    """One that raises and one that hangs are problems of their own; the order is kept."""
    release = threading.Event()

    def fail() -> tuple[Finding, ...]:
        raise RuntimeError("broken")

    def hang() -> tuple[Finding, ...]:
        release.wait(60)
        return (ok("late", ""),)

    checks = (
        Check("fails", fail),
        Check("hangs", hang, 0.05),
        Check("two", lambda: (ok("one", ""), warning("other", ""))),
    )
    found = list(examine(checks))
    release.set()
    assert [(each.check, each.level) for each in found] == [
        ("fails", PROBLEM),
        ("hangs", PROBLEM),
        ("one", OK),
        ("other", WARNING),
    ]
    assert "RuntimeError: broken" in found[0].text
    assert [count(found, level) for level in Level] == [1, 1, 2]


def test_an_interrupted_examination_lets_checks_tidy_up() -> None:
    """Closed at its first finding, it waits for what still runs."""
    release, tidied = threading.Event(), threading.Event()

    def tidy() -> tuple[Finding, ...]:
        release.wait(60)
        tidied.set()
        return (problem("second", ""),)

    examination = examine((Check("first", lambda: (ok("first", ""),)), Check("second", tidy)))
    assert next(examination).check == "first"
    threading.Timer(0.02, release.set).start()
    examination.close()
    assert tidied.is_set()
