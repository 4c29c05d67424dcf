"""What is known of the service, as metrics for Prometheus.

Every family is always there; one of which nothing is known has no samples, and
`tgactors_known{part=…}` is 0. The labels are bounded: kinds, states and causes, never an id.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib.metadata import version
from typing import TYPE_CHECKING, Final, get_args

from prometheus_client.core import GaugeMetricFamily, Metric

from actors.login import State
from bot.web.families import counter, gauge, histogram
from bot.web.meaning_metrics import of_meaning, of_providers
from runtime.totals import kind_of
from storage.rows import UnreadCause

if TYPE_CHECKING:
    from bot.web.facts import Facts
    from bot.web.heartbeat import Heartbeat
    from runtime import ActorStatistics
    from storage.freshness import Observed

SERVICE: Final = "service"
"""The kind of the loop that serves HTTP and the bot, beside those of the actors."""
_PARTS: Final = ("database", "freshness", "providers", "workers")
_CAUSES: Final[tuple[str, ...]] = get_args(UnreadCause)
_STATES: Final = ("asleep", "starting", "running", "restarting", "stopping", "stopped", "failed")


def families(facts: Facts, heart: Heartbeat) -> Iterator[Metric]:
    """Return every family of metrics but those of HTTP and of the process."""
    yield gauge(
        "tgactors_info", "1, with the version that runs.", {version("tgactors"): 1}, "version"
    )
    known = {part: part not in facts.missing for part in _PARTS}
    yield gauge(
        "tgactors_known", "Whether a part is known, or did not answer in time.", known, "part"
    )
    yield from _of_actors(facts)
    yield from _of_loops(facts, heart)
    yield from _of_freshness(facts.observed)
    yield from of_meaning(facts)
    yield from of_providers(facts.providers or ())
    yield gauge("tgactors_bot_wanted", "Whether a bot's token is set.", {"": facts.bot.wanted})
    yield gauge("tgactors_bot_ready", "Whether the bot answers people.", {"": facts.bot.ready})
    free = {} if facts.free is None else {"": facts.free * 2**20}
    yield gauge("tgactors_disk_free_bytes", "What is free where the data lies.", free)


def _of_actors(facts: Facts) -> Iterator[Metric]:
    actors, kinds = facts.statistics.actors, facts.statistics.kinds
    counted = Counter((kind_of(each.name), each.state) for each in actors)
    made = GaugeMetricFamily(
        "tgactors_actors", "Actors by kind and state.", labels=["kind", "state"]
    )
    for kind in sorted({kind for kind, _ in counted}):
        for state in _STATES:
            made.add_metric([kind, state], counted[kind, state])
    yield made
    depth = _by_kind(actors, "depth", total=True)
    yield gauge("tgactors_mailbox_depth", "Messages accepted and not yet taken.", depth, "kind")
    oldest = _by_kind(actors, "oldest_waiting")
    about = "Age of the oldest message not yet taken."
    yield gauge("tgactors_mailbox_oldest_seconds", about, oldest, "kind")
    parked = _by_kind(actors, "parked", total=True)
    yield gauge("tgactors_mailbox_parked", "Callers that wait for room.", parked, "kind")
    jobs = _by_kind(actors, "jobs", total=True)
    yield gauge("tgactors_actor_jobs", "Jobs at work, or waiting for their turn.", jobs, "kind")
    handled = {each.kind: each.handled for each in kinds}
    yield counter("tgactors_messages_handled_total", "Messages handled.", handled, "kind")
    restarts = {each.kind: each.restarts for each in kinds}
    yield counter("tgactors_actor_restarts_total", "Actors begun again.", restarts, "kind")
    about = "Messages that were accepted and not done, because their actor ended."
    yield counter("tgactors_dead_letters_total", about, {"": facts.statistics.dead_letters})
    about = "How long asks took, to the answer, the first item, the refusal or the giving up."
    asks = {each.kind: each.latency for each in kinds}
    yield histogram("tgactors_ask_seconds", about, asks, "kind")


def _of_loops(facts: Facts, heart: Heartbeat) -> Iterator[Metric]:
    actors, calls = facts.statistics.actors, facts.statistics.telegram
    lag = _by_kind(actors, "lag") | {SERVICE: heart.lag}
    yield gauge("tgactors_loop_lag_seconds", "By how much the latest loop is late.", lag, "kind")
    longest = _by_kind(actors, "longest") | {SERVICE: heart.longest}
    about = "The longest turn of a loop since it began."
    yield gauge("tgactors_loop_longest_turn_seconds", about, longest, "kind")
    stalls = {each.kind: each.stalls for each in facts.statistics.kinds} | {SERVICE: heart.stalls}
    yield counter("tgactors_loop_stalls_total", "Turns that took a second or more.", stalls, "kind")
    about = "Calls of Telegram clients seen on a foreign thread: must stay 0."
    yield counter("tgactors_loop_violations_total", about, {"": calls.violations})
    yield counter("tgactors_telegram_calls_total", "Calls of Telegram clients.", {"": calls.calls})


def _of_freshness(seen: Observed | None) -> Iterator[Metric]:
    accounts = dict.fromkeys(State, 0) | dict(seen.accounts) if seen else {}
    yield gauge("tgactors_accounts", "Accounts by state.", accounts, "state")
    floods = seen.floods if seen else {}
    yield gauge("tgactors_floods", "Accounts that wait, by method.", floods, "method")
    unread = dict.fromkeys(_CAUSES, 0) | dict(seen.reading.unread) if seen else {}
    about = "Channels unread for three intervals of a follower, by cause."
    yield gauge("tgactors_channels_unread", about, unread, "cause")
    for name, (about, value) in _SEEN.items():
        found = None if seen is None else value(seen)
        yield gauge(name, about, {} if found is None else {"": found})


def _report_age(seen: Observed) -> float | None:
    return None if seen.last_report is None else (seen.at - seen.last_report).total_seconds()


_SEEN: Final[Mapping[str, tuple[str, Callable[[Observed], float | None]]]] = {
    "tgactors_accounts_flooded": (
        "Accounts that Telegram lets wait with anything.",
        lambda seen: seen.flooded,
    ),
    "tgactors_posts": ("Posts held; about, if they are many.", lambda seen: seen.posts),
    "tgactors_posts_stored_last_hour": (
        "Posts stored in the last hour.",
        lambda seen: seen.stored[-1],
    ),
    "tgactors_channels": (
        "Channels that somebody logged in follows.",
        lambda seen: seen.reading.channels,
    ),
    "tgactors_channels_due": (
        "Those that are due to be read.",
        lambda seen: seen.reading.due,
    ),
    "tgactors_channel_overdue_seconds": (
        "For how long the first channel that is due has been so.",
        lambda seen: seen.overdue,
    ),
    "tgactors_channels_failing": (
        "Followed channels of which the last reading failed.",
        lambda seen: seen.failing,
    ),
    "tgactors_last_report_age_seconds": ("Age of the newest parse report.", _report_age),
    "tgactors_notices_untold": (
        "Notices that nobody was told yet.",
        lambda seen: seen.untold,
    ),
}


def _by_kind(
    actors: Iterable[ActorStatistics], field: str, *, total: bool = False
) -> dict[str, float]:
    """Return the sum, or the most, of a number over the actors of each kind."""
    found: dict[str, float] = {}
    for each in actors:
        kind, value = kind_of(each.name), float(getattr(each, field))
        before = found.get(kind, 0.0)
        found[kind] = before + value if total else max(before, value)
    return found
