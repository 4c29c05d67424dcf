"""What an actor is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from runtime.errors import ActorError, Refusal
from runtime.messages import Message

if TYPE_CHECKING:
    from collections.abc import Coroutine, Hashable

M = TypeVar("M", bound=Message)
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Job(Generic[R]):
    """Work that answers later: the mailbox goes on meanwhile.

    At most one job runs per key: a second request joins it and gets the same answer. A key of None
    joins nothing.
    """

    key: Hashable | None
    work: Coroutine[Any, Any, R]


@dataclass(frozen=True, slots=True)
class Cancel:
    """The end of the job with a key; answered with whether there was one."""

    key: Hashable


class Actor(Generic[M]):
    """State that lives on one thread and is reached by messages only.

    All of its methods run on the actor's own loop. Whatever is bound to a loop is made in `started`
    and released in `stopped`; `__init__` takes values and does no input or output. An actor that
    sleeps keeps its object: `stopped` and `started` come again, on another thread and loop. A plain
    object otherwise: a test may await its `handle`.
    """

    refusals: ClassVar[tuple[type[Exception], ...]] = (Refusal, ActorError)
    """Errors that are answers: they go to the asker, and the actor lives on."""

    jobs_at_once: ClassVar[int] = 100
    """Jobs that run beside each other; the next ones wait for their turn."""

    async def started(self) -> None:
        """Acquire what the actor owns."""

    async def stopped(self) -> None:
        """Release what the actor owns; called even if `started` failed half-way."""

    async def handle(self, message: M, /) -> object:
        """Answer a message with a value, or with a `Job` that will."""
        raise NotImplementedError(f"{type(self).__name__} handles no {type(message).__name__}")

    def may_sleep(self) -> bool:
        """Whether an actor that has been idle for long enough may be put to sleep."""
        return True

    def job(self, work: Coroutine[Any, Any, R], *, key: Hashable | None = None) -> Job[R]:
        """Describe work to be done in the actor's own task group, to answer later."""
        return Job(key, work)

    def cancel(self, key: Hashable) -> Cancel:
        """Describe the end of the job with this key; its waiters are told it was cancelled."""
        return Cancel(key)
