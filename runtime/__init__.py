"""The actor kernel: each actor owns a thread and its event loop, and is reached by messages.

It knows no Telegram and no database.
"""

from runtime.actor import Actor, Job
from runtime.errors import (
    ActorCrashed,
    ActorError,
    ActorStopped,
    AskOnLoop,
    AskTimeout,
    AskToSelf,
    Condition,
    MailboxFull,
    Refusal,
    StopOverdue,
)
from runtime.messages import Message, Request, message, reply
from runtime.ref import DEFAULT_TIMEOUT, ActorRef
from runtime.restart import Intensity
from runtime.system import ActorStatistics, ActorSystem

__all__ = [
    "DEFAULT_TIMEOUT",
    "Actor",
    "ActorCrashed",
    "ActorError",
    "ActorRef",
    "ActorStatistics",
    "ActorStopped",
    "ActorSystem",
    "AskOnLoop",
    "AskTimeout",
    "AskToSelf",
    "Condition",
    "Intensity",
    "Job",
    "MailboxFull",
    "Message",
    "Refusal",
    "Request",
    "StopOverdue",
    "message",
    "reply",
]
