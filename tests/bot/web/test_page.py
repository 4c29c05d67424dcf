"""The operator's page, as a browser shows it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from pydantic import SecretStr

from actors.vectors import VectorsStatus
from bot.settings import Settings
from bot.web import server
from bot.web.app import make_app
from bot.web.facts import Facts
from bot.web.samples import sampled
from bot.web.service import Bot, Service
from storage.freshness import WorkAge
from storage.rows import Freshness
from tests.bot.browser import Browser, chromium
from tests.bot.web.watched import NOW, actor, observed, provider, statistics, well, worker

pytestmark = pytest.mark.anyio

SHOTS = os.environ.get("TGACTORS_SHOTS")
"""A folder for pictures, to be looked at."""
TOKEN = "the-operator's-own-token"
SHOWN = "document.getElementById('main')?.hidden === false"
ASKED = "document.getElementById('door')?.hidden === false"
WHAT = "document.getElementById('%s')?.innerText"


class Database:
    """A store that answers as long as facts say so."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def ask(self, _: object, **__: float) -> None:
        """Answer."""
        self._house.check(self._house.facts.database)


class House:
    """A house of which these facts are known."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.store = Database(self)

    def check(self, value: Any) -> Any:
        """Refuse what is not known."""
        if value is None:
            raise TimeoutError
        return value

    def statistics(self) -> Any:
        """What is counted."""
        return self.facts.statistics

    async def freshness(self) -> Any:
        """What was seen."""
        return self.check(self.facts.observed)

    async def providers(self) -> Any:
        """Those there are."""
        return self.check(self.facts.providers)

    async def workers(self) -> Any:
        """Those there are."""
        return self.check(self.facts.workers)

    async def vectors_status(self) -> Any:
        """How vectors are."""
        return self.facts.vectors

    async def vectors(self) -> Any:
        """How many there are."""
        return self.facts.indexed

    async def token_of(self, _: str) -> None:
        """Nobody's."""


@asynccontextmanager
async def served(facts: Facts, *, hours: float = 24) -> AsyncIterator[str]:
    """Serve a house of which these facts are known, that has run for some hours."""
    settings = Settings(http_token=SecretStr(TOKEN), http_rate=0.0)
    service = Service(cast("Any", House(facts)), settings, "the-command-line's", facts.bot)
    app = make_app(service)
    for number in range(int(hours * 12)):
        past = sampled(facts, lag=0.004 + (number % 40) / 9000, requests=(number * 7 % 23) / 10)
        unknown = 150 < number < 170
        changed = replace(
            past,
            at=NOW - timedelta(minutes=5 * (hours * 12 - number)),
            overdue=None if unknown else 300.0 if 90 < number < 110 else number * 13 % 60,
            due=None if unknown else max(0, 400 - number * 3) if number > 40 else number,
            depth=number * 5 % 4,
            unread=2 if number > 260 else 0,
            accounts=3 if number > 60 else 2,
        )
        app.state.watch.samples.add(changed)
    listening = server.listen("127.0.0.1", 0)
    with listening:
        serving = asyncio.create_task(server.serve(app, listening))
        try:
            yield server.address_of(listening)
        finally:
            serving.cancel()
            await asyncio.wait([serving])


@pytest.fixture
async def browser(tmp_path: Path) -> AsyncIterator[Browser]:
    """A browser, which complains of nothing."""
    async with Browser(chromium(), tmp_path / "profile") as made:
        yield made
        errors = [each for each in made.errors if "401" not in each]
        assert errors == []


async def shot(browser: Browser, name: str, *, width: int, scheme: str = "light") -> None:
    """Take a picture to be looked at, and see that nothing is wider than the page."""
    height = 2400 if width < 500 else 1700
    picture = await browser.look(width=width, height=height, scheme=scheme)
    assert await browser.run("document.documentElement.scrollWidth <= innerWidth"), name
    if SHOTS:
        await asyncio.to_thread(Path(SHOTS, f"{name}.png").write_bytes, picture)


def degraded() -> Facts:
    """A service in which much is wrong, and which has many accounts."""
    many = [actor(f"account-{number}", depth=number % 3) for number in range(1, 400)]
    asleep = [actor(f"account-{number}", state="asleep") for number in range(400, 9000)]
    crashed = actor("parser", restarts=7, last_error="RuntimeError: " + "something odd " * 8)
    names = ("store", "schedule", "vectors", "providers", "tagger", "indexer")
    core = [actor(name) for name in names]
    seen = observed(
        posts=12_345_678,
        stored=(0, 0, 0, 4100, 3900, 4800, *range(5000, 8600, 200)),
        accounts={"READY": 8600, "EXPIRED": 211, "PASSWORD_WAIT": 3, "LOGGED_OUT": 186},
        flooded=17,
        floods={"history": 14, "dialogs": 3},
        reading=Freshness(
            channels=23_456,
            due=1200,
            oldest_due=NOW - timedelta(hours=5),
            unread={"expired": 41, "flooded": 3, "late": 12},
        ),
        work=(
            WorkAge(kind="index", due=52_000, waiting=40, dead=3, oldest=NOW - timedelta(hours=2)),
            WorkAge(kind="tag", due=9, waiting=8123, dead=77, oldest=NOW - timedelta(minutes=3)),
            WorkAge(kind="unindex", due=0, waiting=0, dead=0, oldest=None),
        ),
    )
    why = "no budget left today: it is asked again at midnight, or look at the plan"
    return well(
        observed=seen,
        statistics=statistics(*core, crashed, *many, *asleep, violations=1),
        providers=(
            provider("gigachat"),
            provider("openrouter", open_at=NOW + timedelta(hours=9), why=why, other_models=1),
        ),
        workers=(
            worker("tagger", state="degraded", reason=why, under_way=8),
            worker("indexer", state="degraded", healing=True, reason="the vectors were lost"),
        ),
        vectors=VectorsStatus(where="http://qdrant:6333", trouble="It does not answer."),
        bot=Bot(wanted=True, holder="another-host:4711"),
        free=80,
    )


def empty() -> Facts:
    """A service that has just begun, in which nobody has logged in."""
    reading = Freshness(channels=0, due=0, oldest_due=None, unread={})
    nothing = observed(
        stored=(0,) * 24,
        posts=0,
        reading=reading,
        accounts={},
        flooded=0,
        floods={},
        last_report=None,
        work=(),
    )
    return well(
        observed=nothing,
        statistics=statistics(actor("store")),
        providers=(),
        workers=(),
        indexed=None,
        bot=Bot(wanted=False),
    )


async def test_the_token_is_asked_for_once_and_what_is_wrong_is_said(browser: Browser) -> None:
    """A wrong token is refused in words; the right one is kept by the tab, over a reload."""
    async with served(well()) as address:
        await browser.open(address)
        await browser.wait(f"{ASKED} && document.activeElement?.id === 'token'")
        await shot(browser, "door", width=360)
        await browser.type("a token of nobody's")
        await browser.press("Enter", 13, "\r")
        await browser.wait(f"{WHAT % 'refused'}?.includes('does not count')")
        await browser.type(TOKEN)
        await browser.press("Enter", 13, "\r")
        await browser.wait(SHOWN)
        assert await browser.run("Object.keys(localStorage).length + document.cookie.length") == 0
        await browser.open(f"{address}/status")
        await browser.wait(SHOWN)
        await browser.run("document.getElementById('leave').click()")
        await browser.wait(ASKED)
        assert await browser.run("sessionStorage.length") == 0


async def test_a_token_behind_the_hash_opens_the_page_and_leaves_the_address(
    browser: Browser,
) -> None:
    """It is in no request's address, and not in the tab's any more."""
    async with served(well()) as address:
        await browser.open(f"{address}/status#{TOKEN}")
        await browser.wait(SHOWN)
        assert await browser.run("location.href") == f"{address}/status"
        assert "ready" in await browser.run(WHAT % "state")
        tiles = await browser.run(WHAT % "tiles")
        assert "36" in tiles
        assert "1 expired, 1 flooded" in tiles
        for scheme in ("light", "dark"):
            await shot(browser, f"well-{scheme}", width=1280, scheme=scheme)
        await shot(browser, "well-narrow", width=360)


async def test_plots_are_read_by_keyboard(browser: Browser) -> None:
    """An arrow goes back along a plot, and says what was the case, and when."""
    async with served(well()) as address:
        await browser.open(f"{address}/status#{TOKEN}")
        await browser.wait("document.querySelectorAll('#plots figure').length === 8")
        bars = "document.getElementById('plot-posts-stored-each-hour')"
        assert await browser.run(f"{bars}.querySelectorAll('.bar').length") == 24
        await browser.run(f"{bars}.focus()")
        await browser.press("ArrowLeft", 37)
        await browser.wait(f"{bars}.querySelector('b').innerText.startsWith('22 until')")
        label = f"{bars}.querySelector('svg').getAttribute('aria-label')"
        assert await browser.run(label) == "Posts stored each hour: 36, most 36"
        broken = "document.querySelectorAll('#plot-most-overdue-channel .curve').length"
        assert await browser.run(broken) == 2  # nobody knew for a while


async def test_what_is_wrong_is_named(browser: Browser) -> None:
    """Each dependency, the reasons, the actor that crashes; with nine thousand accounts too."""
    async with served(degraded()) as address:
        await browser.open(f"{address}/status#{TOKEN}")
        await browser.wait(SHOWN)
        assert await browser.run(WHAT % "state") == "unready"
        stands = await browser.run(WHAT % "stands")
        for each in ("another process has it", "healing", "loop violations", "openrouter paused"):
            assert each in stands
        assert "something odd" in await browser.run(WHAT % "tables")
        for scheme in ("light", "dark"):
            await shot(browser, f"degraded-{scheme}", width=1280, scheme=scheme)
        await shot(browser, "degraded-narrow", width=360)


async def test_a_service_in_which_nothing_has_happened_yet(browser: Browser) -> None:
    """Nothing is drawn, and that is said."""
    async with served(empty(), hours=0) as address:
        await browser.open(f"{address}/status#{TOKEN}")
        await browser.wait(SHOWN)
        assert "Nobody has logged in yet." in await browser.run(WHAT % "tables")
        assert "nothing yet" in await browser.run(WHAT % "plots")
        await shot(browser, "empty", width=1280)
        await shot(browser, "empty-narrow", width=360, scheme="dark")


async def test_a_service_that_ends_is_not_shown_as_well(browser: Browser) -> None:
    """What is shown is old: the page says so, from when it is, and does not look ready."""
    async with served(well()) as address:
        await browser.open(f"{address}/status#{TOKEN}")
        await browser.wait(SHOWN)
    await browser.wait(f"{WHAT % 'state'} === 'unknown'")
    assert "cannot be asked" in await browser.run(WHAT % "late")
    browser.errors.clear()  # of the connection that was refused
