"""How a call to a provider can end, and the error that says it did not end well."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Literal, TypeAlias

from actors.providers.outcomes import Spent


class Outcome(Enum):
    """What one call to one provider came to."""

    OK = "ok"
    REFUSED = "refused"
    """It does not want to speak of this text."""
    BUSY = "busy"
    """It has too much to do, or we have used what it grants us."""
    BROKEN = "broken"
    """It is down, out of reach, or answers what cannot be an answer."""
    MISCONFIGURED = "misconfigured"
    """It does not accept our key, our money or our model: somebody must change a setting."""


Setting: TypeAlias = Literal["key", "url", "ca", "model"]
"""What of a provider's settings somebody has to look at."""


class Failed(Exception):
    """A provider has not answered; made where its words were read, told without any of them."""

    def __init__(
        self,
        outcome: Outcome,
        why: str,
        *,
        until: datetime | None = None,
        unparsable: bool = False,
        look_at: Setting | None = None,
        spent: Spent | None = None,
    ) -> None:
        super().__init__(why)
        self.outcome = outcome
        self.why = why
        """For people: never a key, never a text, nothing the provider worded."""
        self.until = until
        """When it will answer again, if it has said so."""
        self.unparsable = unparsable
        """Whether it has answered, and the answer is of no use: the text may be to blame."""
        self.look_at = look_at
        """Which setting may be wrong; if it is the model, other models are not concerned."""
        self.spent = spent
        """What an answer of no use has cost, if there was one."""


class KeyRefused(Failed):
    """The key or the token was not accepted."""

    def __init__(self) -> None:
        super().__init__(Outcome.MISCONFIGURED, "does not accept the key (401)", look_at="key")


def broken(why: str) -> Failed:
    """Return the failure of a provider that is down or makes no sense."""
    return Failed(Outcome.BROKEN, why)
