"""What a page can do, one function for each action."""

from sandbox.play.actions import channels, chat, faults, phone
from sandbox.play.actions.registry import ACTIONS, Done, perform

__all__ = ["ACTIONS", "Done", "perform"]

del channels, chat, faults, phone  # imported for what they enter
