"""What every provider does with a request, whatever its dialect."""

import ssl
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import ClassVar

from sandbox.providers.asked import Asked, Misunderstood, Record, understood
from sandbox.providers.connection import Decision, Patience
from sandbox.providers.dialect import Dialect
from sandbox.providers.faults import Expired, Fault, Kind
from sandbox.providers.host import Host
from sandbox.providers.replies import completed, embedded, failed, plain, shortened
from sandbox.providers.rules import Met, Rules
from sandbox.providers.wire import Reply, Request

Door = Callable[[Request], Reply | None]
"""Who may come in: None, or what is sent to whoever may not."""


@dataclass(frozen=True, slots=True)
class Route:
    """What is served at a path."""

    kind: Kind
    dialect: Dialect
    door: Door

    @property
    def method(self) -> str:
        """How it is asked for."""
        return "GET" if self.kind == "models" else "POST"


@dataclass(frozen=True, slots=True)
class Options:
    """What all providers are made with."""

    clock: Callable[[], float]
    patience: Patience
    tls: ssl.SSLContext | None = None


class Service(Rules, ABC):
    """A provider: its address and key, its rules, and what it was asked.

    All of it may be used from any thread. `at_once` limits the chats and embeddings in flight, as
    personal plans do; what is above it is answered 429.
    """

    models: ClassVar[tuple[str, ...]] = ()

    def __init__(self, key: str | None, options: Options) -> None:
        super().__init__()
        self.key = key
        self.at_once: int | None = None
        self._clock = options.clock
        self._record = Record()
        self.host = Host(self, options.tls, options.patience)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {len(self.asked)} calls, {len(self.mistakes)} mistakes>"

    @property
    def url(self) -> str:
        """Where it listens, without a path: "http://127.0.0.1:43117"."""
        return self.host.url

    @property
    def asked(self) -> tuple[Asked, ...]:
        """The newest 10,000 calls that are over, newest last."""
        return self._record.calls

    @property
    def mistakes(self) -> tuple[str, ...]:
        """What no correct client does; empty at the end of a good test."""
        return self._record.mistakes

    @property
    def most_at_once(self) -> int:
        """How many chats and embeddings were in flight at once, at most."""
        return self._record.most_at_once

    def down(self) -> AbstractContextManager[None]:
        """Refuse every connection during the block, and break those there are."""
        return self.host.down()

    @property
    @abstractmethod
    def routes(self) -> Mapping[str, Route]:
        """What is served, by path."""

    @abstractmethod
    def dimension_of(self, model: str) -> int | None:
        """How many numbers a model's vectors have; None: there is no such model."""

    def has(self, model: str) -> bool:
        """Whether there is such a model for chats."""
        return bool(model)

    def forget(self, request: Request) -> None:
        """Let what opened the door for a request open it no more."""

    def token(self, request: Request) -> Reply:
        """Give a token for chats; only where the routes have one."""
        raise NotImplementedError

    def decide(self, request: Request) -> Decision:
        """What becomes of a request."""
        route = self.routes.get(request.path)
        if route is None or route.method != request.method:
            self.mistake(f"{request.method} {request.path} is not served")
            dialect = next(iter(self.routes.values())).dialect
            code = 404 if route is None else 405
            return Decision(plain(dialect.error(code), code))
        try:
            asked = understood(route.kind, request.path, request.body)
        except Misunderstood as error:
            self.mistake(f"{request.path}: {error}")
            return Decision(plain(route.dialect.error(422, str(error)), 422))
        asked = self._record.arrive(asked)
        reply = self._refused(route, asked, request)
        met = Met(None) if reply else self.match(asked)
        reply = reply or self._answered(route, asked, met.fault, request)
        status = None if reply.is_illegal or reply.cut else reply.status
        asked = replace(asked, status=status, fault=met.fault)
        return Decision(reply, asked, met.before, met.midway)

    def end(self, asked: Asked) -> None:
        """Note a call that is over."""
        self._record.end(asked)

    def mistake(self, text: str) -> None:
        """Note something that no correct client does."""
        self._record.mistake(text)

    def _refused(self, route: Route, asked: Asked, request: Request) -> Reply | None:
        """What is sent to a call that no rule is asked about."""
        refusal = route.door(request)
        if refusal is not None:
            return refusal
        if self.at_once is not None and asked.at_once > self.at_once:
            headers, body = route.dialect.busy(self._clock(), None)
            return plain(body, 429, headers)
        if not self._knows(asked):
            return plain(route.dialect.error(404, "No such model"), 404)
        return None

    def _knows(self, asked: Asked) -> bool:
        match asked.kind:
            case "chat":
                return self.has(asked.model)
            case "embeddings":
                return self.dimension_of(asked.model) is not None
            case _:
                return True

    def _answered(self, route: Route, asked: Asked, fault: Fault | None, request: Request) -> Reply:
        now = self._clock()
        if isinstance(fault, Expired):
            self.forget(request)
        reply = failed(route.dialect, fault, now)
        if reply is None:
            reply = self._good(route, asked, fault, request)
        return shortened(reply, fault)

    def _good(self, route: Route, asked: Asked, fault: Fault | None, request: Request) -> Reply:
        match asked.kind:
            case "chat":
                return completed(route.dialect, asked, fault, self._clock())
            case "embeddings":
                dimension = self.dimension_of(asked.model) or 1
                return embedded(route.dialect, asked, fault, dimension=dimension)
            case "models":
                listed = [{"id": model, "object": "model"} for model in self.models]
                return plain({"object": "list", "data": listed})
            case "token":
                return self.token(request)
