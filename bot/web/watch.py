"""Who watches the service from within: its facts, its samples, its metrics."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Annotated, Final

from fastapi import Depends, FastAPI, Request
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from bot.supervision import supervised, together
from bot.web.aside import Aside
from bot.web.facts import Facts, Lookout
from bot.web.heartbeat import Heartbeat
from bot.web.metrics import families
from bot.web.parts import Part
from bot.web.requests import Counted, Requests
from bot.web.samples import EVERY_SECONDS, Samples, sampled

if TYPE_CHECKING:
    from bot.web.service import Service

TEXT_KEPT: Final = 1.0
TEXT_WITHIN: Final = 5.0
_FIRST_SECONDS: Final = 2.0  # until the first sample: so that a page has one soon


class Watch:
    """Looks at a service when asked, and by itself now and then. One loop only."""

    def __init__(self, service: Service) -> None:
        self.heart = Heartbeat()
        self.samples = Samples()
        self._lookout = Lookout(service)
        self._registry = CollectorRegistry()
        self.requests = Requests(self._registry)
        ProcessCollector(namespace="tgactors", registry=self._registry)
        self._text = Part("metrics", self._made, kept=TEXT_KEPT, within=TEXT_WITHIN)

    async def run(self) -> None:
        """Watch until cancelled; what crashes begins again, and is told."""
        try:
            async with together() as group:
                group.start_soon(supervised, "heartbeat", self.heart.run)
                await supervised("samples", self._sample)
        finally:
            await self._text.end()
            await self._lookout.end()

    @property
    def aside(self) -> Aside:
        """The thread on which what is known is put together."""
        return self._lookout.aside

    async def facts(self) -> Facts:
        """Return what is known now, within a second or a little more."""
        return await self._lookout.facts()

    async def metrics(self) -> bytes | None:
        """Return all metrics as Prometheus reads them; None: there are none in time."""
        return await self._text.get()

    async def _made(self) -> bytes:
        return await self.aside.do(partial(self._written, await self.facts()))

    def _written(self, facts: Facts) -> bytes:
        scrape = _Scrape([*families(facts, self.heart), *self._registry.collect()])
        return generate_latest(scrape)

    async def _sample(self) -> None:
        pause, before = _FIRST_SECONDS, self.requests.total
        while True:
            await asyncio.sleep(pause)
            now = self.requests.total
            found = sampled(await self.facts(), lag=self.heart.lag, requests=(now - before) / pause)
            self.samples.add(found)
            pause, before = EVERY_SECONDS, now


class _Scrape(Collector):
    """What one scrape shows."""

    def __init__(self, found: list[Metric]) -> None:
        self._found = found

    def collect(self) -> Iterator[Metric]:
        """Show it."""
        yield from self._found


def install(app: FastAPI, service: Service) -> None:
    """Have an application watched; `run` of its watch does so by itself."""
    watch = app.state.watch = Watch(service)
    app.add_middleware(Counted, requests=watch.requests)


async def _watch(request: Request) -> Watch:
    watch: Watch = request.app.state.watch
    return watch


Watches = Annotated[Watch, Depends(_watch)]
"""The parameter by which a route gets at what is watched."""
