"""GigaChat: by itself, with tokens, and through a proxy that needs none."""

from base64 import b64encode
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qs
from uuid import UUID, uuid4

from sandbox.providers.dialects import GigaChatDialect, ProxyDialect
from sandbox.providers.replies import plain
from sandbox.providers.service import Options, Route, Service
from sandbox.providers.wire import Reply, Request

SCOPE: Final = "GIGACHAT_API_PERS"
_SCOPES: Final = (SCOPE, "GIGACHAT_API_B2B", "GIGACHAT_API_CORP")
_DIMENSIONS: Final = {"Embeddings": 1024, "EmbeddingsGigaR": 2560}
_KEY: Final = b64encode(b"sandbox:not a secret").decode()


class GigaChat(Service):
    """Tokens at /api/v2/oauth, the rest at /api/v1; at /v1 the proxy, which asks for nothing.

    A token is good for `token_life` seconds.
    """

    models = (
        "GigaChat",
        "GigaChat-Lite",
        "GigaChat-Pro",
        "GigaChat-Max",
        "GigaChat-2-Pro",
        *_DIMENSIONS,
    )

    def __init__(self, options: Options, *, token_life: float) -> None:
        super().__init__(_KEY, options)
        self.token_life = token_life
        self._tokens: dict[str, float] = {}
        direct, proxy = GigaChatDialect(), ProxyDialect()
        self._direct = direct
        self._routes = {
            "/api/v2/oauth": Route("token", direct, _anybody),
            "/api/v1/chat/completions": Route("chat", direct, self._bearer),
            "/api/v1/embeddings": Route("embeddings", direct, self._bearer),
            "/api/v1/models": Route("models", direct, self._bearer),
            "/v1/chat/completions": Route("chat", proxy, _anybody),
            "/v1/embeddings": Route("embeddings", proxy, _anybody),
            "/v1/models": Route("models", proxy, _anybody),
        }

    @property
    def routes(self) -> Mapping[str, Route]:
        """What is served, by path."""
        return self._routes

    @property
    def oauth_url(self) -> str:
        """Where tokens are given."""
        return f"{self.url}/api/v2/oauth"

    @property
    def api_url(self) -> str:
        """What /chat/completions and /embeddings are below, for whoever has a token."""
        return f"{self.url}/api/v1"

    @property
    def proxy_url(self) -> str:
        """What they are below for anybody, as OpenAI words them."""
        return f"{self.url}/v1"

    def expire_tokens(self) -> None:
        """Let every token that was given be good no more."""
        self._tokens = {}

    def has(self, model: str) -> bool:
        """Whether there is such a model for chats."""
        return model.startswith("GigaChat")

    def dimension_of(self, model: str) -> int | None:
        """How many numbers a model's vectors have; None: there is no such model."""
        return _DIMENSIONS.get(model)

    def forget(self, request: Request) -> None:
        """Let the token of a request be good no more."""
        self._tokens.pop(request.credentials("Bearer") or "", None)

    def token(self, request: Request) -> Reply:
        """Give a token to whoever asks as documented, or say what is wrong."""
        key = request.credentials("Basic")
        scopes = parse_qs(request.body.decode("latin-1")).get("scope", [])
        if not _is_uuid4(request.headers.get("rquid", "")):
            return self._wrong(400, 3, "RqUID is not a uuid4")
        if not key:
            return self._wrong(400, 4, "Can't decode 'Authorization' header")
        if key != self.key:
            return self._wrong(401, 6, "credentials doesn't match db data")
        if not scopes:
            return self._wrong(400, 5, "scope is empty")
        if scopes[0] not in _SCOPES:
            return self._wrong(400, 1, "scope data format invalid")
        if scopes[0] != SCOPE:
            return self._wrong(400, 7, "scope from db not fully includes consumed scope")
        return self._given()

    def _given(self) -> Reply:
        now = self._clock()
        token, expires = uuid4().hex, now + self.token_life
        good = {each: until for each, until in self._tokens.items() if until > now}
        self._tokens = {**good, token: expires}
        return plain({"access_token": token, "expires_at": int(expires * 1000)})

    def _bearer(self, request: Request) -> Reply | None:
        until = self._tokens.get(request.credentials("Bearer") or "")
        if until is None or until <= self._clock():
            return plain(self._direct.error(401, "Token has expired"), 401)
        return None

    def _wrong(self, status: int, code: int, message: str) -> Reply:
        return plain({"code": code, "message": message}, status)


def _anybody(request: Request) -> None:
    del request


def _is_uuid4(text: str) -> bool:
    try:
        return UUID(text).version == 4
    except ValueError:
        return False
