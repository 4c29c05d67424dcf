"""What becomes of a request after several providers: the whole table."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from actors.providers.chain import ASK_NEXT, MAY_ANSWER_LATER, Said, end
from actors.providers.failure import Failed, Outcome
from actors.providers.outcomes import Later, Refused

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)

FAILURES = [outcome for outcome in Outcome if outcome is not Outcome.OK]

PAIRS = list(itertools.product(FAILURES, FAILURES))

FINAL = {(Outcome.REFUSED, Outcome.REFUSED)}
"""The only pair of failures that asking again cannot change."""


def said(provider: str, outcome: Outcome, **more: object) -> Said:
    """What a provider came to."""
    return Said.by(provider, Failed(outcome, f"is {outcome.value}", **more))  # type: ignore[arg-type]


@pytest.mark.parametrize("outcome", Outcome)
def test_only_an_answer_ends_the_chain(outcome: Outcome) -> None:
    """The next provider is asked at once after everything but an answer."""
    assert ASK_NEXT[outcome] is (outcome is not Outcome.OK)


@pytest.mark.parametrize("outcome", Outcome)
def test_what_is_final_is_an_answer_or_a_refusal(outcome: Outcome) -> None:
    """A provider that is busy, broken or misconfigured may answer at another time."""
    assert MAY_ANSWER_LATER[outcome] is (outcome not in (Outcome.OK, Outcome.REFUSED))


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_every_pair(first: Outcome, second: Outcome) -> None:
    """Two refusals are final; any other pair waits, and its reason tells of both by name."""
    ended = end([said("gigachat", first), said("openrouter", second)])
    assert isinstance(ended, Refused) is ((first, second) in FINAL)
    assert ended.reason == f"gigachat is {first.value}; openrouter is {second.value}"


@pytest.mark.parametrize("outcome", FAILURES)
def test_a_provider_alone(outcome: Outcome) -> None:
    """The refusal of an only provider is final, anything else waits."""
    assert isinstance(end([said("gigachat", outcome)]), Refused) is (outcome is Outcome.REFUSED)


def test_the_earliest_time_counts() -> None:
    """Who waits is asked again when the first of the providers answers again."""
    ended = end(
        [
            said("gigachat", Outcome.BUSY, until=NOON + timedelta(hours=2)),
            said("openrouter", Outcome.BUSY, until=NOON),
            said("openai", Outcome.BROKEN),
        ]
    )
    assert isinstance(ended, Later)
    assert ended.until == NOON


def test_a_time_that_nobody_has_told_is_none() -> None:
    """Without any known time there is none to wait for."""
    ended = end([said("gigachat", Outcome.BROKEN)])
    assert isinstance(ended, Later)
    assert ended.until is None


def test_the_time_of_who_has_refused_does_not_count() -> None:
    """A refusal stays one, whenever that provider would answer again."""
    ended = end(
        [
            said("gigachat", Outcome.REFUSED, until=NOON),
            said("openrouter", Outcome.BUSY, until=NOON + timedelta(hours=1)),
        ]
    )
    assert isinstance(ended, Later)
    assert ended.until == NOON + timedelta(hours=1)


@pytest.mark.parametrize("other", FAILURES)
def test_an_answer_of_no_use_blames_the_text(other: Outcome) -> None:
    """Whoever answered did so uselessly, so the text may be why; the others say nothing."""
    useless = said("gigachat", Outcome.BROKEN, unparsable=True)
    ended = end([useless, said("openrouter", other)])
    assert isinstance(ended, Later)
    assert not ended.blameless


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_without_such_an_answer_nobody_is_to_blame(first: Outcome, second: Outcome) -> None:
    """Providers that are down, busy, misconfigured or refuse say nothing against waiting."""
    ended = end([said("gigachat", first), said("openrouter", second)])
    assert isinstance(ended, Refused) or ended.blameless
