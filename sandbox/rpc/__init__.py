"""Telegram's methods, one function each."""

from sandbox.rpc import (  # noqa: F401  # they enter METHODS
    authorizations,
    centres,
    channels,
    configuration,
    dialogs,
    differences,
    files,
    history,
    invites,
    login,
    passwords,
    phones,
    search,
)
from sandbox.rpc.registry import METHODS, Method, Refused

__all__ = ["METHODS", "Method", "Refused"]
