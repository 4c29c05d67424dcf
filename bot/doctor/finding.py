"""What a check says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How grave it is."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what was looked at, how it is, and what to do if it is not well."""

    check: str
    level: Level
    text: str


def ok(check: str, text: str) -> Finding:
    """Say that all is well."""
    return Finding(check, Level.OK, text)


def warning(check: str, text: str) -> Finding:
    """Say what may become a problem."""
    return Finding(check, Level.WARNING, text)


def problem(check: str, text: str) -> Finding:
    """Say what keeps a house from its work."""
    return Finding(check, Level.PROBLEM, text)


def count(findings: Iterable[Finding], level: Level) -> int:
    """Count the findings of a level."""
    return sum(finding.level is level for finding in findings)
