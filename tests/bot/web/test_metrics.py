"""Metrics as Prometheus reads them."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import yaml
from prometheus_client import CollectorRegistry, Metric, ProcessCollector, generate_latest
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

from bot.web.facts import Facts
from bot.web.heartbeat import Heartbeat
from bot.web.metrics import families
from bot.web.requests import Requests
from tests.bot.web.watched import PERSON, well

DOCUMENT = Path(__file__).parents[3] / "docs/watching.md"
UNITS = {"gauge": "", "counter": "_total", "histogram": "_seconds"}


class Shown(Collector):
    """The metrics of some facts."""

    def __init__(self, facts: Facts, heart: Heartbeat) -> None:
        self._found = list(families(facts, heart))

    def collect(self) -> list[Metric]:
        """Show them."""
        return self._found


def read(facts: Facts, heart: Heartbeat | None = None) -> dict[str, Metric]:
    """Return the metrics of some facts by name, as a parser of the text finds them."""
    text = generate_latest(Shown(facts, heart or Heartbeat())).decode()
    return {each.name: each for each in text_string_to_metric_families(text)}


def value(found: dict[str, Metric], name: str, **labels: str) -> float:
    """Return the one sample of that name and these labels."""
    family = found[re.sub("_(total|count|bucket)$", "", name)]
    (sample,) = [s for s in family.samples if s.name == name and s.labels == labels]
    return sample.value


def test_every_name_says_whose_it_is_and_in_which_unit() -> None:
    """The names begin with tgactors_; counters end in _total, histograms count seconds."""
    for each in families(well(), Heartbeat()):
        assert re.fullmatch(r"tgactors_[a-z_]+", each.name), each.name
        assert each.documentation.endswith("."), each.name
        shown = each.name + ("_total" if each.type == "counter" else "")
        assert shown.endswith(UNITS[each.type]), each.name


def test_what_is_known_is_shown() -> None:
    """Of each subject the numbers are those of the house."""
    heart = Heartbeat()
    heart.beat(0.25)
    heart.beat(1.5)
    found = read(well(), heart)
    assert value(found, "tgactors_actors", kind="account", state="asleep") == 1
    assert value(found, "tgactors_actors", kind="account", state="running") == 1
    assert value(found, "tgactors_messages_handled_total", kind="account") == 50
    assert value(found, "tgactors_ask_seconds_count", kind="store") == 24
    assert value(found, "tgactors_ask_seconds_bucket", kind="store", le="0.001") == 10
    assert value(found, "tgactors_loop_lag_seconds", kind="service") == 1.5
    assert value(found, "tgactors_loop_stalls_total", kind="service") == 1
    assert value(found, "tgactors_accounts", state="EXPIRED") == 1
    assert value(found, "tgactors_accounts", state="LOGGED_OUT") == 0
    assert value(found, "tgactors_channels_unread", cause="late") == 0
    assert value(found, "tgactors_floods", method="history") == 1
    assert value(found, "tgactors_posts_stored_last_hour") == 36
    assert value(found, "tgactors_channel_overdue_seconds") == 90
    assert value(found, "tgactors_last_report_age_seconds") == 300
    assert value(found, "tgactors_work", kind="tag", state="dead") == 2
    assert value(found, "tgactors_work_oldest_seconds", kind="index") == 7
    assert value(found, "tgactors_work_oldest_seconds", kind="tag") == 0
    assert value(found, "tgactors_worker_posts_total", worker="tagger", outcome="ok") == 36
    assert value(found, "tgactors_provider_outcomes_total", provider="gigachat", outcome="ok") == 35
    tokens = {"provider": "gigachat", "direction": "prompt"}
    assert value(found, "tgactors_provider_tokens_total", **tokens) == 700
    assert value(found, "tgactors_vectors") == 137
    assert value(found, "tgactors_bot_ready") == 1
    assert value(found, "tgactors_disk_free_bytes") == 5000 * 2**20


def test_what_is_not_known_has_no_samples_and_says_so() -> None:
    """A number that nobody could look up is not 0; its family is there all the same."""
    facts = replace(well(), observed=None, providers=None, workers=None, indexed=None)
    found = read(facts)
    assert found.keys() == read(well()).keys()
    assert [found[f"tgactors_{name}"].samples for name in ("posts", "accounts", "vectors")] == [
        [],
        [],
        [],
    ]
    assert value(found, "tgactors_known", part="freshness") == 0
    assert value(found, "tgactors_known", part="database") == 1


def test_nothing_names_an_account() -> None:
    """Kinds stand for actors: with a thousand accounts there are as many series as with one."""
    text = generate_latest(Shown(well(), Heartbeat())).decode()
    assert str(PERSON) not in text
    assert "/somewhere" not in text


def test_requests_are_counted_by_route_and_not_by_address() -> None:
    """Whatever method somebody makes up, it is one label."""
    registry = CollectorRegistry()
    requests = Requests(registry)
    for method, route in (("GET", "/users/{account}"), ("BREW", "(none)"), ("STEEP", "(none)")):
        requests.begin()
        requests.end(method, route, 404, 0.2)
    count = registry.get_sample_value(
        "tgactors_http_request_seconds_count",
        {"method": "other", "route": "(none)", "status": "404"},
    )
    assert count == 2
    assert registry.get_sample_value("tgactors_http_requests_under_way") == 0
    assert requests.total == 3


def exposed() -> dict[str, tuple[str, set[str]]]:
    """Return the type and the labels of each metric there is."""
    registry = CollectorRegistry()
    requests = Requests(registry)
    requests.begin()
    requests.end("GET", "/", 200, 0.1)
    ProcessCollector(namespace="tgactors", registry=registry)
    return {
        each.name + ("_total" if each.type == "counter" else ""): (
            each.type,
            {label for sample in each.samples for label in sample.labels} - {"le"},
        )
        for each in (*families(well(), Heartbeat()), *registry.collect())
    }


def test_the_documentation_lists_every_metric() -> None:
    """With its type and its labels, and none that is not there."""
    rows = re.findall(
        r"^\| `(tgactors_\w+)` \| (\w+) \| ([\w, ]*) ?\| .*\|$", DOCUMENT.read_text(), re.MULTILINE
    )
    told = {
        name: (kind, {label.strip() for label in labels.split(",")} - {""})
        for name, kind, labels in rows
    }
    assert told == exposed()
    assert len(rows) == len(told)


def test_the_alerts_are_about_metrics_that_are_there() -> None:
    """Each rule is one, has something to say, and asks only for what is exposed."""
    block = re.findall(r"```yaml\n(groups:.*?)```", DOCUMENT.read_text(), re.DOTALL)
    (group,) = yaml.safe_load(block[0])["groups"]
    known = {name: labels for name, (_, labels) in exposed().items()}
    for rule in group["rules"]:
        assert rule["annotations"]["summary"].endswith((".", "?"))
        names = set(re.findall(r"tgactors_\w+", rule["expr"]))
        assert names <= known.keys(), rule["alert"]
        asked = set(re.findall(r"(\w+)!?=\"", rule["expr"])) - {"job"}
        assert asked <= set().union(*(known[name] for name in names)), rule["alert"]
    assert len({rule["alert"] for rule in group["rules"]}) == len(group["rules"])
