"""OpenRouter, and any server in OpenAI's image."""

from collections.abc import Mapping
from typing import ClassVar, Final

from sandbox.providers.dialect import Dialect
from sandbox.providers.dialects import OpenAIDialect, OpenRouterDialect
from sandbox.providers.faults import Kind
from sandbox.providers.replies import plain
from sandbox.providers.service import Options, Route, Service
from sandbox.providers.wire import Reply, Request

_PATHS: Final[dict[Kind, str]] = {
    "chat": "/chat/completions",
    "embeddings": "/embeddings",
    "models": "/models",
}


class _Keyed(Service):
    """A provider with one key, good for ever."""

    base: ClassVar[str]
    serves: ClassVar[tuple[Kind, ...]]
    dialect: ClassVar[Dialect]

    def __init__(self, key: str | None, options: Options) -> None:
        super().__init__(key, options)
        self._routes = {
            f"{self.base}{_PATHS[kind]}": Route(kind, self.dialect, self._bearer)
            for kind in self.serves
        }

    @property
    def routes(self) -> Mapping[str, Route]:
        """What is served, by path."""
        return self._routes

    @property
    def api_url(self) -> str:
        """What /chat/completions is below."""
        return f"{self.url}{self.base}"

    def dimension_of(self, model: str) -> int | None:
        """How many numbers a model's vectors have; None: there is no such model."""
        del model
        return None

    def _bearer(self, request: Request) -> Reply | None:
        if self.key is None or request.credentials("Bearer") == self.key:
            return None
        return plain(self.dialect.error(401, "No auth credentials found"), 401)


class OpenRouter(_Keyed):
    """Chats at /api/v1, of any model."""

    base = "/api/v1"
    serves = ("chat", "models")
    dialect = OpenRouterDialect()
    models = ("deepseek/deepseek-chat-v3.1:free",)


class OpenAI(_Keyed):
    """Chats and embeddings at /v1, of any model; `dimension` may be changed at any time."""

    base = "/v1"
    serves = ("chat", "embeddings", "models")
    dialect = OpenAIDialect()
    models = ("llama3.2", "nomic-embed-text")

    def __init__(self, key: str | None, options: Options, *, dimension: int) -> None:
        super().__init__(key, options)
        self.dimension = dimension

    def dimension_of(self, model: str) -> int | None:
        """How many numbers every model's vectors have."""
        del model
        return self.dimension
