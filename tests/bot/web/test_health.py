"""The three endpoints that are open, and what the operator sees, over HTTP."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.bot.conftest import PERSON
from tests.bot.web.conftest import POSTS
from tests.bot.web.serving import PATIENCE, Served

OPEN = ("/healthz", "/readyz", "/metrics")


def eventually(look: Any, wanted: Any) -> Any:
    """Look until it is as wanted: a busy machine may take more than a second to answer."""
    until = time.monotonic() + PATIENCE
    while not wanted(found := look()) and time.monotonic() < until:
        time.sleep(0.05)
    assert wanted(found), found
    return found


@pytest.fixture
def watched(served: Served) -> Iterator[Served]:
    """The house, whose bot is as before afterwards."""
    bot = served.app.state.service.bot
    yield served
    bot.wanted, bot.ready, bot.holder = False, False, None


def states(answer: httpx.Response) -> dict[str, str]:
    """How each dependency is doing."""
    return {each["name"]: each["state"] for each in answer.json()["dependencies"]}


def test_a_service_that_can_work_is_ready(nobody: httpx.Client) -> None:
    """200, and everything it stands on by name; what is off is said to be off."""

    def is_ready(answer: httpx.Response) -> bool:
        return answer.status_code == 200 and answer.json()["status"] == "ready"

    found = states(eventually(lambda: nobody.get("/readyz"), is_ready))
    expected = {"database", "vectors", "index", "telegram", "worker.tagger", "worker.indexer"}
    assert {name for name, state in found.items() if state == "ok"} >= expected
    assert found["bot"] == found["schedule"] == "off"
    assert found["provider.local"] == "ok"


def test_S4_a_bot_that_another_process_has_is_not_ready(
    nobody: httpx.Client, watched: Served
) -> None:
    """503 until this one has it, and then 200; which process it is stays untold."""
    bot = watched.app.state.service.bot
    bot.wanted, bot.holder = True, "another-host:4711"
    answer = nobody.get("/readyz")
    assert (answer.status_code, states(answer)["bot"]) == (503, "down")
    assert "4711" not in answer.text
    bot.ready, bot.holder = True, None
    eventually(lambda: nobody.get("/readyz").status_code, lambda status: status == 200)


def test_metrics_are_what_prometheus_reads(nobody: httpx.Client) -> None:
    """The text parses, all of it is ours, and it has counted this house and these requests."""
    nobody.get("/nowhere/at/all")

    def scraped() -> dict[str, Any]:
        answer = nobody.get("/metrics")
        assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
        return {each.name: each for each in text_string_to_metric_families(answer.text)}

    def is_counted(found: dict[str, Any]) -> bool:
        routes = {
            each.labels.get("route") for each in found["tgactors_http_request_seconds"].samples
        }
        return {"(none)", "/metrics"} <= routes and bool(found["tgactors_posts"].samples)

    found = eventually(scraped, is_counted)
    assert all(name.startswith("tgactors_") for name in found)
    assert found["tgactors_posts"].samples[0].value == POSTS
    assert found["tgactors_posts_stored_last_hour"].samples[0].value == POSTS
    assert found["tgactors_loop_violations"].samples[0].value == 0
    assert found["tgactors_process_resident_memory_bytes"].samples[0].value > 0


def test_what_is_open_names_nobody(nobody: httpx.Client, served: Served) -> None:
    """Neither the account, nor its channels, nor where the data lies, though somebody is there."""
    channels = served.run(lambda house: house.user(PERSON).channels())
    names = {name for each in channels for name in (each.title, each.username, str(each.id))}
    told = {str(PERSON), "account-", str(served.app.state.service.settings.data), *names}
    assert len(told) > 30
    for path in OPEN:
        answer = nobody.get(path)
        assert answer.status_code == 200
        assert [each for each in told if each is not None and each in answer.text] == [], path


def test_the_operator_sees_everything(operator: httpx.Client) -> None:
    """Freshness, actors, workers, providers; and what was the case, unless that is not wanted."""
    found = eventually(
        lambda: operator.get("/watch").json(),
        lambda found: found["freshness"] and found["samples"]["at"] and found["workers"],
    )
    assert found["freshness"]["stored"][-1] == POSTS
    assert found["freshness"]["accounts"] == {"READY": 1}
    assert {each["kind"] for each in found["kinds"]} >= {"account", "store", "indexer"}
    assert found["samples"].keys() > {"at", "stored", "overdue", "lag"}
    assert len(found["samples"]["at"]) == len(found["samples"]["stored"])
    eventually(lambda: operator.get("/watch").json()["vectors"], lambda number: number == POSTS)
    assert operator.get("/watch", params={"samples": False}).json()["samples"] is None


def test_the_page_is_open_and_brings_nothing_from_elsewhere(nobody: httpx.Client) -> None:
    """What it shows is the operator's, not the page; its policy lets in no foreign script."""
    page = nobody.get("/", follow_redirects=True)
    assert page.url.path == "/status"
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "unsafe" not in page.headers["content-security-policy"]
    for name in ("status.css", "status.js", "status_plots.js", "status_tables.js"):
        assert nobody.get(f"/status/{name}").status_code == 200
        assert "http://" not in page.text
    assert nobody.get("/status/..%2Fstatus.html").status_code == 404
    assert nobody.get("/status/secret.py").status_code == 404
