"""One account at a provider: its line, its breakers, its allowance, for whatever is asked of it."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Literal, TypeAlias, TypeVar

from actors.providers.allowance import Allowance
from actors.providers.breaker import FIRST_PAUSE, Breaker
from actors.providers.failure import Failed, Outcome, Setting
from actors.providers.limiter import Crowded, Limiter
from actors.providers.outcomes import Priority, ProviderStatus, Spent
from runtime.logs import get_logger
from runtime.totals import Durations

T = TypeVar("T")

log = get_logger("actors")

Service: TypeAlias = Literal["chat", "embeddings", "tags"]

LINE_SECONDS = 120.0
"""How long somebody waits for a turn before the provider counts as busy."""


class Account:
    """What is asked of one account, by everybody; on one loop."""

    def __init__(
        self,
        name: str,
        models: Mapping[Service, str],
        *,
        at_once: int,
        allowance: Allowance,
        settings: Mapping[Setting, str],
        now: Callable[[], datetime],
    ) -> None:
        """Describe an account by the models that serve, and by what its settings are called."""
        self.name = name
        self.models = models
        self._limiter = Limiter(at_once)
        self._allowance = allowance
        self._settings = settings
        self._now = now
        self._whole = Breaker()
        self._of: dict[Service, Breaker] = {service: Breaker() for service in models}
        self._outcomes: Counter[str] = Counter()
        self._other_models: set[tuple[str, str]] = set()
        self._took = Durations()
        self._tokens = [0, 0]  # of prompts, and of what came back

    def __repr__(self) -> str:
        return f"<Account {self.name} {self._limiter!r}>"

    async def call(
        self,
        service: Service,
        priority: Priority,
        work: Callable[[], Awaitable[T]],
        *,
        line: float = LINE_SECONDS,
    ) -> T:
        """Do some work in its turn; raises `Failed`, without any work if nobody is to be asked.

        The work has a deadline of its own, and tells what it has cost by `paid`.
        """
        self._check(service)
        try:
            async with self._limiter.turn(priority, line):
                self._check(service)  # who was before us may have found out
                self._allowance = self._allowance.sent(self._now())
                began = time.monotonic()
                try:
                    value = await work()
                except Failed as failed:
                    raise self._failed(service, failed) from None
                finally:
                    self._took.note(time.monotonic() - began)
                self._answered(service)
                return value
        except (Crowded, TimeoutError):
            soon = self._now() + FIRST_PAUSE  # sooner, maybe, than others that are busy
            raise Failed(Outcome.BUSY, "has too many before this one", until=soon) from None

    def paid(self, service: Service, spent: Spent) -> Spent:
        """Count what an answer has cost, and return it with the names of provider and model."""
        asked = self.models[service]
        told = spent.model or asked
        pair = (asked, told)
        if not _same(asked, told) and pair not in self._other_models:
            self._other_models.add(pair)
            log.warning("provider.other_model", provider=self.name, asked=asked, answered=told)
        self._tokens[0] += spent.prompt_tokens
        self._tokens[1] += spent.completion_tokens
        tokens = spent.prompt_tokens + spent.completion_tokens
        self._allowance = self._allowance.used(tokens, self._now())
        return Spent(
            provider=self.name,
            model=told,
            prompt_tokens=spent.prompt_tokens,
            completion_tokens=spent.completion_tokens,
        )

    def status(self) -> ProviderStatus:
        """Tell how it is doing."""
        waits = [wait for service in self.models if (wait := self._closed(service)) is not None]
        until, why = max(waits, default=(None, None))
        return ProviderStatus(
            name=self.name,
            serves=tuple(self.models),
            model=next(iter(self.models.values())),
            open_at=until,
            why=why,
            outcomes=tuple(sorted(self._outcomes.items())),
            prompt_tokens=self._tokens[0],
            completion_tokens=self._tokens[1],
            latency=self._took.latency(),
            other_models=len(self._other_models),
        )

    def _closed(self, service: Service) -> tuple[datetime, str] | None:
        """Return until when a service is not to be asked, and why; None if it is."""
        now = self._now()
        breakers = (self._whole, self._of[service])
        waits = [(until, each.why) for each in breakers if (until := each.open_until(now))]
        spent = self._allowance.spent_until(now)
        return max([*waits, spent] if spent else waits, default=None)

    def _check(self, service: Service) -> None:
        closed = self._closed(service)
        if closed is not None:
            raise Failed(Outcome.BUSY, closed[1], until=closed[0])

    def _answered(self, service: Service, outcome: Outcome = Outcome.OK) -> None:
        self._outcomes[outcome.value] += 1
        now = self._now()
        self._whole = self._whole.answered(now)
        self._of[service] = self._of[service].answered(now)

    def _failed(self, service: Service, failed: Failed) -> Failed:
        """Note a failure, and return it with what there is to look at and when to ask again."""
        told = self._told(service, failed)
        log.warning("provider.failed", provider=self.name, outcome=told.outcome.value, why=told.why)
        if told.outcome is Outcome.REFUSED:
            self._answered(service, Outcome.REFUSED)
            return told
        self._outcomes[told.outcome.value] += 1
        until = self._broken(service, told)
        if until is None and told.outcome is Outcome.BROKEN and not told.unparsable:
            until = self._now() + FIRST_PAUSE  # it is asked on, but not of the same at once
        told.until = until
        return told

    def _broken(self, service: Service, told: Failed) -> datetime | None:
        """Open a breaker if it is time; return until when it is open."""
        now = self._now()
        # What lies in one model, or in how one service answers, says nothing of the other.
        if told.outcome is Outcome.BROKEN or told.look_at == "model":
            before = self._of[service]
            after = self._of[service] = before.failed(told, now)
        else:
            before = self._whole
            after = self._whole = before.failed(told, now)
        until = after.open_until(now)
        if until is not None and before.open_until(now) is None:
            log.warning("provider.paused", provider=self.name, until=until.isoformat())
        return until

    def _told(self, service: Service, failed: Failed) -> Failed:
        setting = None if failed.look_at is None else self._settings.get(failed.look_at)
        if failed.look_at == "model" and service == "embeddings":
            setting = "TGACTORS_EMBEDDINGS_MODEL"
        why = failed.why if setting is None else f"{failed.why}: look at {setting}"
        return Failed(
            failed.outcome,
            why,
            until=failed.until,
            unparsable=failed.unparsable,
            look_at=failed.look_at,
            spent=failed.spent,
        )


def _same(asked: str, answered: str) -> bool:
    """Whether a model's name is that of the one that was asked for, perhaps with its version."""
    version = r"(:\d[\d.]*|-\d{4}-\d{2}-\d{2})?"
    return re.fullmatch(re.escape(asked) + version, answered) is not None
