"""A page in the browser from which a whole sandbox is played: a chat, a phone, channels, faults."""

from sandbox.play.errors import GivenInvalid, NoLoginShown, NoSuchSession, PlayError, TooManyPages
from sandbox.play.server import Page
from sandbox.play.stage import Stage

__all__ = [
    "GivenInvalid",
    "NoLoginShown",
    "NoSuchSession",
    "Page",
    "PlayError",
    "Stage",
    "TooManyPages",
]
