"""Presses of buttons that the bot has not answered yet."""

from dataclasses import dataclass
from itertools import count
from typing import Final

from sandbox.botapi.refusals import QUERY_TOO_OLD, bad

_FIRST: Final = 4_000_000_000_000_000_001


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person sees after a press: a notice, or an alert to be closed."""

    text: str = ""
    is_alert: bool = False
    url: str | None = None


@dataclass(slots=True, eq=False)
class Query:
    """One press."""

    id: str
    chat: int
    at: float
    answer: Answer | None = None


class Queries:
    """All presses; the bot may answer each for `life` seconds. Not thread-safe."""

    def __init__(self, life: float) -> None:
        self._life = life
        self._numbers = count(_FIRST)
        self._open: dict[str, Query] = {}

    def open(self, chat: int, now: float) -> Query:
        """Somebody presses a button."""
        self._open = {each.id: each for each in self._open.values() if self._is_good(each, now)}
        query = Query(str(next(self._numbers)), chat, now)
        self._open[query.id] = query
        return query

    def answer(self, query_id: str, answer: Answer, now: float) -> Query:
        """The bot answers; a second answer changes nothing."""
        query = self._open.get(query_id)
        if query is None or not self._is_good(query, now):
            raise bad(QUERY_TOO_OLD)
        query.answer = query.answer or answer
        return query

    def expire(self) -> None:
        """Let every press be too old to be answered."""
        self._open.clear()

    def _is_good(self, query: Query, now: float) -> bool:
        return now - query.at <= self._life
