"""Families of metrics, made of plain values."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)

from runtime.totals import BOUNDS, Latency


def gauge(name: str, about: str, values: Mapping[str, float], *labels: str) -> Metric:
    """Make a gauge of a value for each label, or of one without."""
    made = GaugeMetricFamily(name, about, labels=labels)
    for label, value in values.items():
        made.add_metric([label] if labels else [], float(value))
    return made


def counter(name: str, about: str, values: Mapping[str, float], *labels: str) -> Metric:
    """Make a counter of a value for each label, or of one without."""
    made = CounterMetricFamily(name, about, labels=labels)
    for label, value in values.items():
        made.add_metric([label] if labels else [], float(value))
    return made


def histogram(name: str, about: str, values: Mapping[str, Latency], label: str) -> Metric:
    """Make a histogram for each label."""
    made = HistogramMetricFamily(name, about, labels=[label])
    for each, latency in values.items():
        bounds = [*map(str, BOUNDS), "+Inf"]
        buckets = [*zip(bounds, map(float, latency.counts), strict=True)]
        made.add_metric([each], buckets, latency.seconds)
    return made
