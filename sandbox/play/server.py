"""The address of a page, and its server."""

import secrets
from types import TracebackType
from typing import Final, Self

from aiohttp import web

from sandbox.play.desk import Desk
from sandbox.play.feed import Feed
from sandbox.play.guard import guard, secured
from sandbox.play.stage import Stage

_HOST: Final = "127.0.0.1"
_TOKEN: Final = 24
"""Bytes."""
_LARGEST: Final = 64 * 1024
"""Bytes of a request's body."""
_PATIENCE: Final = 1.0  # seconds that a request has to end


class Page:
    """Serves the page of a stage on the running loop while its block runs.

    Port 0 takes a free one. Raises OSError if the port cannot be had.
    """

    def __init__(self, stage: Stage, port: int = 0) -> None:
        self._port = port
        self._token = secrets.token_urlsafe(_TOKEN)
        self._feed = Feed(stage)
        app = web.Application(
            middlewares=[guard(self._token, self._hosts)], client_max_size=_LARGEST
        )
        app.add_routes(Desk(stage, self._feed).routes)
        app.on_response_prepare.append(secured)
        self._runner = web.AppRunner(
            app, access_log=None, handle_signals=False, shutdown_timeout=_PATIENCE
        )

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._port

    @property
    def address(self) -> str:
        """Where the page is; what follows the # lets whoever opens it drive everything."""
        return f"http://{_HOST}:{self._port}/#{self._token}"

    async def __aenter__(self) -> Self:
        await self._feed.__aenter__()
        try:
            await self._runner.setup()
            await web.TCPSite(self._runner, _HOST, self._port).start()
        except BaseException:
            await self.__aexit__(None, None, None)
            raise
        self._port = int(self._runner.addresses[0][1])
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._feed.__aexit__()
        await self._runner.cleanup()

    def _hosts(self) -> frozenset[str]:
        return frozenset({f"{_HOST}:{self._port}", f"localhost:{self._port}"})
