"""The pure decision about restarts."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from runtime.restart import Backoff, Intensity, Record

seconds = st.floats(0.0, 100.0)


@given(gaps=st.lists(seconds, min_size=1), restarts=st.integers(0, 5), within=seconds)
def test_intensity_counts_crashes_in_its_window(
    gaps: list[float], restarts: int, within: float
) -> None:
    """A restart is allowed if and only if the window holds at most so many crashes."""
    record = Record(Intensity(restarts, within), Backoff())
    times = list(itertools.accumulate(gaps))
    for number, at in enumerate(times):
        allowed = record.crashed(at, at, 0.0) is not None
        recent = sum(1 for earlier in times[:number] if at - earlier < within)
        assert allowed is (recent + 1 <= restarts)


@given(streak=st.integers(1, 10**6), chance=st.floats(0.0, 1.0, exclude_max=True))
def test_backoff_stays_within_its_bounds(streak: int, chance: float) -> None:
    """A delay is at most `most`, at least what jitter leaves, and never shrinks with the streak."""
    backoff = Backoff(first=0.5, factor=3.0, most=20.0, jitter=0.25)
    delay = backoff.delay(streak, chance)
    full = min(20.0, 0.5 * 3.0 ** min(streak - 1, 10))
    assert 0.75 * full <= delay <= full
    assert backoff.delay(streak, 0.0) <= backoff.delay(streak + 1, 0.0)


def test_backoff_grows_and_begins_anew_after_calm() -> None:
    """Delays double from the first on; an incarnation that lived calmly resets them."""
    record = Record(Intensity(restarts=100, within=1.0), Backoff(first=1.0, jitter=0.0, calm=60.0))
    delays = [record.crashed(started=at, now=at + 1.0, chance=0.0) for at in (0.0, 10.0, 20.0)]
    assert delays == [1.0, 2.0, 4.0]
    assert record.crashed(started=30.0, now=90.0, chance=0.0) == 1.0


def test_a_record_forgets_what_is_outside_its_window() -> None:
    """However often an actor crashes, only the crashes of one window are kept."""
    record = Record(Intensity(restarts=10**6, within=5.0), Backoff())
    for at in range(1000):
        record.crashed(float(at), float(at), 0.0)
    assert len(record.crashes) == 5
