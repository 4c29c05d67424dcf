"""The methods that are served, one function for each."""

from sandbox.botapi.methods import about, chats, editing, removing, sending, updates
from sandbox.botapi.methods.registry import KNOWN, SERVED, Call, Served

__all__ = ["KNOWN", "SERVED", "Call", "Served"]

del about, chats, editing, removing, sending, updates  # imported for what they enter
