"""The actor kernel: each actor owns a thread and its event loop, and is reached by messages.

It knows no Telegram and no database.
"""

from runtime.actor import Actor, Cancel, Job
from runtime.affinity import Affinity
from runtime.errors import (
    ActorCrashed,
    ActorError,
    ActorStopped,
    AskOnLoop,
    AskTimeout,
    AskToSelf,
    Condition,
    Escalated,
    JobCancelled,
    MailboxFull,
    NoThread,
    Refusal,
    StartOverdue,
    StopFromWithin,
    StopOverdue,
    StreamOverdue,
)
from runtime.messages import Message, Request, StreamRequest, Urgent, message, reply
from runtime.ref import DEFAULT_TIMEOUT, ActorRef
from runtime.restart import Backoff, Intensity
from runtime.statistics import ActorStatistics, SystemStatistics
from runtime.streams import Stream, progress
from runtime.system import ActorSystem
from runtime.terms import Down

__all__ = [
    "DEFAULT_TIMEOUT",
    "Actor",
    "ActorCrashed",
    "ActorError",
    "ActorRef",
    "ActorStatistics",
    "ActorStopped",
    "ActorSystem",
    "Affinity",
    "AskOnLoop",
    "AskTimeout",
    "AskToSelf",
    "Backoff",
    "Cancel",
    "Condition",
    "Down",
    "Escalated",
    "Intensity",
    "Job",
    "JobCancelled",
    "MailboxFull",
    "Message",
    "NoThread",
    "Refusal",
    "Request",
    "StartOverdue",
    "StopFromWithin",
    "StopOverdue",
    "Stream",
    "StreamOverdue",
    "StreamRequest",
    "SystemStatistics",
    "Urgent",
    "message",
    "progress",
    "reply",
]
