"""Tagging, indexing and providers, as metrics."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from bot.web.families import counter, gauge, histogram

if TYPE_CHECKING:
    from actors.providers.outcomes import ProviderStatus
    from bot.web.facts import Facts


def of_meaning(facts: Facts) -> Iterator[Metric]:
    """Return the families about work, who does it, and vectors."""
    works = facts.observed.work if facts.observed else ()
    made = GaugeMetricFamily(
        "tgactors_work", "Posts to be tagged, indexed or unindexed.", labels=["kind", "state"]
    )
    for each in works:
        for state in ("due", "waiting", "dead"):
            made.add_metric([each.kind, state], getattr(each, state))
    yield made
    at = facts.observed.at if facts.observed else facts.at
    ages = {
        each.kind: 0.0 if each.oldest is None else max((at - each.oldest).total_seconds(), 0.0)
        for each in works
    }
    about = "For how long the first post that is due has been so."
    yield gauge("tgactors_work_oldest_seconds", about, ages, "kind")
    workers = facts.workers or ()
    done = CounterMetricFamily(
        "tgactors_worker_posts_total", "Posts by what came of them.", labels=["worker", "outcome"]
    )
    for worker in workers:
        for outcome in ("ok", "skipped", "failed", "dead"):
            done.add_metric([worker.name, outcome], getattr(worker, outcome))
    yield done
    degraded = {each.name: each.state == "degraded" for each in workers}
    yield gauge("tgactors_worker_degraded", "Whether a worker is hindered.", degraded, "worker")
    healing = {"": any(each.healing for each in workers)} if workers else {}
    yield gauge("tgactors_index_healing", "Whether a loss of vectors is made good.", healing)
    counted = {} if facts.indexed is None else {"": facts.indexed}
    about = "Posts in the collection that answers, as counted in the vector store."
    yield gauge("tgactors_vectors", about, counted)


def of_providers(providers: Sequence[ProviderStatus]) -> Iterator[Metric]:
    """Return the families about providers."""
    outcomes = CounterMetricFamily(
        "tgactors_provider_outcomes_total",
        "What calls of a provider came to.",
        labels=["provider", "outcome"],
    )
    tokens = CounterMetricFamily(
        "tgactors_provider_tokens_total",
        "Tokens that a provider has billed, by direction.",
        labels=["provider", "direction"],
    )
    for each in providers:
        for outcome, times in each.outcomes:
            outcomes.add_metric([each.name, outcome], times)
        tokens.add_metric([each.name, "prompt"], each.prompt_tokens)
        tokens.add_metric([each.name, "completion"], each.completion_tokens)
    yield outcomes
    yield tokens
    about = "How long a provider took to answer or to fail, without the wait for a turn."
    took = {each.name: each.latency for each in providers}
    yield histogram("tgactors_provider_seconds", about, took, "provider")
    paused = {each.name: each.open_at is not None for each in providers}
    yield gauge(
        "tgactors_provider_paused", "Whether nothing is asked of it now.", paused, "provider"
    )
    others = {each.name: each.other_models for each in providers}
    about = "Models that answered instead of those that were asked for."
    yield counter("tgactors_provider_other_models_total", about, others, "provider")
