"""The conditions under which the kernel, or an actor, says no."""

from __future__ import annotations


class Condition(Exception):
    """A named condition; its docstring is its text, its arguments are its data.

    Conditions cross threads as values: `args` holds all of their data, so a copy or a pickle of
    one is as good as the original, and none carries a traceback of its actor's thread with it.
    """

    @property
    def code(self) -> str:
        """The condition's name, for programs."""
        return type(self).__name__

    def __str__(self) -> str:
        """Fill the docstring's placeholders with the condition's data."""
        text = " ".join((type(self).__doc__ or self.code).split())
        return text.format(**vars(self))


class Refusal(Condition):
    """The request was refused."""


class ActorError(Condition):
    """The kernel refused."""


class _Named(ActorError):
    """{actor}: refused."""

    def __init__(self, actor: str) -> None:
        super().__init__(actor)
        self.actor = actor


class MailboxFull(_Named):
    """{actor} has as many messages waiting as it accepts: ask again a little later."""


class AskTimeout(_Named, TimeoutError):
    """{actor} did not answer before the deadline: ask again, or with a larger timeout."""


class AskToSelf(_Named):
    """{actor} asked itself, which can never be answered: call the method instead."""


class AskOnLoop(_Named):
    """Waiting for {actor} on a running event loop would block it: use `await` instead."""


class StopFromWithin(_Named):
    """{actor} cannot wait for its own end: use `stop_soon`."""


class JobCancelled(_Named):
    """{actor} was told to cancel this work: ask again if it is still wanted."""


class StartOverdue(_Named, TimeoutError):
    """{actor} did not start before the deadline: look at what its `started` waits for."""


class StreamOverdue(_Named):
    """{actor} waited too long for this stream's reader and ended it: read on, or close it."""


class ActorStopped(ActorError):
    """{actor} has stopped ({reason}): open the system again, or ask for a fresh reference."""

    def __init__(self, actor: str, reason: str = "it was told to") -> None:
        super().__init__(actor, reason)
        self.actor = actor
        self.reason = reason


class ActorCrashed(ActorError):
    """{actor} crashed while it worked on this ({cause}). It restarts by itself: ask again."""

    def __init__(self, actor: str, cause: str, details: str = "") -> None:
        super().__init__(actor, cause, details)
        self.actor = actor
        self.cause = cause
        self.details = details


class Escalated(ActorError):
    """{actor} gave up ({cause}) and left the decision to this actor: see why it crashes."""

    def __init__(self, actor: str, cause: str) -> None:
        super().__init__(actor, cause)
        self.actor = actor
        self.cause = cause


class NoThread(ActorError):
    """{actor} got no thread or loop of its own ({cause}): see `ulimit -n`, and stop some actors."""

    def __init__(self, actor: str, cause: str) -> None:
        super().__init__(actor, cause)
        self.actor = actor
        self.cause = cause


class StopOverdue(ActorError):
    """Not everything stopped in time, still running: {actors}. Look for blocking calls there."""

    def __init__(self, actors: str) -> None:
        super().__init__(actors)
        self.actors = actors
