"""Awaiting in the asker's context, without the cost of a task per message."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    import contextvars
    from collections.abc import Coroutine, Generator

R = TypeVar("R")


class InContext(Generic[R]):
    """A coroutine whose every step runs in a given context.

    The consumer task keeps its own context; each step of the handler sees the one that came with
    the message, and what it sets there is seen by nobody else.
    """

    __slots__ = ("_context", "_work")

    def __init__(self, context: contextvars.Context, work: Coroutine[Any, Any, R]) -> None:
        self._context = context
        self._work = work

    def __await__(self) -> Generator[Any, Any, R]:
        """Drive the coroutine, passing on what it waits for and what comes back."""
        run, work = self._context.run, self._work
        try:
            waits_for = run(work.send, None)
            while True:
                try:
                    got = yield waits_for
                except BaseException as error:  # noqa: BLE001  it belongs to the coroutine
                    waits_for = run(work.throw, error)
                else:
                    waits_for = run(work.send, got)
        except StopIteration as end:
            value: R = end.value
            return value
