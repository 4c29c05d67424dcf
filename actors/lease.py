"""What is said to the actor that keeps this process's lease."""

from __future__ import annotations

from runtime import Request, message
from storage.rows import Claimed, Hold


@message
class Claim(Request[Claimed]):
    """Make an account this process's own; refused with AccountHeld while another one has it."""

    account: int


@message
class Release(Request[None]):
    """Give an account back, with everything of it closed."""

    hold: Hold


LeaseMessage = Claim | Release
"""What a LeaseActor understands."""
