"""The decision what becomes of a request when one provider after another was asked.

Theory of operation. Providers are asked in a fixed order, and what each says is one of five
outcomes. Only an answer ends the chain before everybody was asked; nobody is asked twice, because
trying again belongs to the row of work. At the end there are two cases: all have refused the text,
which is final, or somebody may still answer, which is a matter of time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from actors.providers.failure import Failed, Outcome
from actors.providers.outcomes import Later, Refused, Spent

ASK_NEXT: Mapping[Outcome, bool] = {
    Outcome.OK: False,
    Outcome.REFUSED: True,
    Outcome.BUSY: True,
    Outcome.BROKEN: True,
    Outcome.MISCONFIGURED: True,
}
"""Whether the next provider is asked after an outcome."""

MAY_ANSWER_LATER: Mapping[Outcome, bool] = {
    Outcome.OK: False,
    Outcome.REFUSED: False,
    Outcome.BUSY: True,
    Outcome.BROKEN: True,
    Outcome.MISCONFIGURED: True,
}
"""Whether the same provider may answer the same request at another time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What one provider of the chain came to."""

    provider: str
    outcome: Outcome
    why: str
    until: datetime | None = None
    unparsable: bool = False
    spent: Spent | None = None

    @classmethod
    def by(cls, provider: str, failed: Failed) -> Said:
        """Note how a provider has failed."""
        return cls(
            provider=provider,
            outcome=failed.outcome,
            why=failed.why,
            until=failed.until,
            unparsable=failed.unparsable,
            spent=failed.spent,
        )


def costs(said: Sequence[Said]) -> tuple[Spent, ...]:
    """Return what answers of no use have cost."""
    return tuple(each.spent for each in said if each.spent is not None)


def end(said: Sequence[Said]) -> Refused | Later:
    """Return what a request has come to that nobody of the chain has answered."""
    reason = "; ".join(f"{each.provider} {each.why}" for each in said)
    waiting = [each for each in said if MAY_ANSWER_LATER[each.outcome]]
    if not waiting:
        return Refused(reason=reason, spent=costs(said))
    untils = [each.until for each in waiting if each.until is not None]
    return Later(
        reason=reason,
        until=min(untils, default=None),
        # A refusal says nothing against it: who waits for another provider is not to blame.
        blameless=not any(each.unparsable for each in said),
        spent=costs(said),
    )


def wait(said: Said) -> Later:
    """Return what a request has come to that only one could answer, and nobody may refuse."""
    return Later(
        reason=f"{said.provider} {said.why}",
        until=said.until,
        blameless=not said.unparsable and said.outcome is not Outcome.REFUSED,
    )
