"""Which rule a call meets: decided by order, texts, models and kinds, never by time."""

import pytest

from sandbox.providers import Busy, Illegal, NotANumber, Refusal, RuleInvalid, Status
from sandbox.providers.asked import Asked
from sandbox.providers.faults import Fault, Kind
from sandbox.providers.rules import Rules


def _asked(kind: Kind = "chat", text: str = "word", model: str = "m") -> Asked:
    return Asked(kind, "/", model, texts=("be brief", text))


def _met(rules: Rules, *asked: Asked) -> list[Fault | None]:
    return [rules.match(each).fault for each in asked]


def test_what_is_next_comes_before_what_is_always() -> None:
    """One-time orders are used up in their order; then what was ordered for good."""
    rules = Rules()
    rules.always(Busy())
    rules.next(Illegal())
    rules.next(None)
    rules.next(Status(500), times=2)
    met = _met(rules, *[_asked()] * 6)
    assert met == [Illegal(), None, Status(500), Status(500), Busy(), Busy()]


def test_the_newest_standing_order_counts() -> None:
    """`always` again replaces what was; None makes calls succeed."""
    rules = Rules()
    rules.always(Busy())
    rules.always(Illegal())
    assert _met(rules, _asked()) == [Illegal()]
    rules.always(None)
    assert _met(rules, _asked()) == [None]


def test_a_rule_can_be_for_a_text_and_a_model() -> None:
    """Only calls that say it, in any message, and ask for that model."""
    rules = Rules()
    rules.when(Illegal(), text_contains="bad", model="m")
    calls = [_asked(text="a bad one"), _asked(), _asked(text="bad", model="n")]
    assert _met(rules, *calls) == [Illegal(), None, None]
    assert _met(rules, Asked("embeddings", "/", "m", texts=("good", "bad"))) == [Illegal()]


def test_a_rule_can_skip_calls_and_end() -> None:
    """After the first two, twice; calls that do not fit are not counted."""
    rules = Rules()
    rules.when(Illegal(), text_contains="x", skip=2, times=2)
    calls = [_asked(text="x"), _asked(), *[_asked(text="x")] * 4]
    assert _met(rules, *calls) == [None, None, None, Illegal(), Illegal(), None]


def test_a_fault_strikes_what_it_can() -> None:
    """A refusal waits for a chat, a vector's fault for embeddings, and none takes a token."""
    rules = Rules()
    rules.next(Refusal())
    rules.next(NotANumber())
    rules.next(Illegal())
    kinds: list[Kind] = ["token", "embeddings", "models", "chat", "token", "embeddings"]
    met = _met(rules, *[_asked(kind) for kind in kinds])
    assert met == [None, NotANumber(), None, Refusal(), None, Illegal()]


def test_a_rule_can_be_for_one_kind_of_calls() -> None:
    """With `of`, also for tokens, and for nothing else."""
    rules = Rules()
    rules.next(Status(500), of="token")
    assert _met(rules, _asked(), _asked("token")) == [None, Status(500)]


def test_a_rule_that_can_never_strike_is_refused() -> None:
    """The message names the kinds that the fault does strike."""
    with pytest.raises(RuleInvalid, match=r"strikes: \('chat',\)"):
        Rules().next(Refusal(), of="embeddings")


def test_a_held_call_meets_its_fault_as_well() -> None:
    """Holds are apart from faults: one call takes one of each; a released hold takes none."""
    rules = Rules()
    hold = rules.hold(times=2)
    rules.next(Illegal())
    met = rules.match(_asked())
    assert (met.before, met.midway, met.fault) == ((hold,), (), Illegal())
    midway = rules.hold(midway=True, text_contains="slow")
    met = rules.match(_asked(text="a slow one"))
    assert (met.before, met.midway, met.fault) == ((hold,), (midway,), None)
    rules.hold().release()
    assert rules.match(_asked()).before == ()


def test_clearing_forgets_every_rule() -> None:
    """Nothing is left to be met."""
    rules = Rules()
    rules.next(Illegal())
    rules.when(Illegal(), text_contains="")
    rules.always(Illegal())
    hold = rules.hold()
    rules.clear()
    met = rules.match(_asked())
    assert (met.fault, met.before) == (None, ())
    assert hold.is_over
