"""Telegram's methods, one function each."""

from sandbox.rpc import channels, login, updates  # noqa: F401  # they enter METHODS
from sandbox.rpc.registry import METHODS, Method, Refused

__all__ = ["METHODS", "Method", "Refused"]
