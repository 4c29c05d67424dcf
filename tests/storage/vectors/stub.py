"""A loopback server that answers as Qdrant does, from Qdrant's own engine.

Each request is read with the models that Qdrant generates for its clients, and both it and its
answer are held against Qdrant's published specification. It can be told to fail as servers do.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Literal, TypeAlias

from pydantic import BaseModel
from qdrant_client import models

from tests.storage.vectors import specification
from tests.storage.vectors.stub_collections import Collections, Missing, Taken

HOST = "127.0.0.2"  # of 127.0.0.1 the client keeps no connection open

Fault: TypeAlias = Literal[
    "500", "503", "slow", "cut", "html", "404", "full", "busy", "acknowledged"
]
"""How it fails: each request, until it is told otherwise."""

ERRORS = {"500": (500, "Service internal error: it broke"), "503": (503, "Shard unavailable")}
ERRORS["full"] = (500, "Service internal error: No space left on device: WAL buffer size exceeds")
ERRORS["busy"] = (429, "Rate limiting exceeded")

ROUTES: list[tuple[str, str, Any, str]] = [
    ("GET", r"/collections", None, "names"),
    ("GET", r"/collections/([^/]+)", None, "info"),
    ("PUT", r"/collections/([^/]+)", models.CreateCollection, "create"),
    ("DELETE", r"/collections/([^/]+)", None, "drop"),
    ("PUT", r"/collections/([^/]+)/index", models.CreateFieldIndex, "index"),
    ("PUT", r"/collections/([^/]+)/points", models.PointsList, "upsert"),
    ("POST", r"/collections/([^/]+)/points/delete", models.FilterSelector, "delete"),
    ("POST", r"/collections/([^/]+)/points/count", models.CountRequest, "count"),
    ("POST", r"/collections/([^/]+)/points/scroll", models.ScrollRequest, "scroll"),
    ("POST", r"/collections/([^/]+)/points/query", models.QueryRequest, "query"),
]


class Stub:
    """A server on an address of its own; its collections outlive a stop."""

    def __init__(self, folder: Path, key: str | None = None) -> None:
        folder.mkdir()
        self.collections = Collections(folder)
        self.key = key
        self.fault: Fault | None = None
        self.seen: list[str] = []
        """Methods and paths of all requests."""
        self.refused: list[str] = []
        """Why requests were not understood; a test ends with none."""
        self.quiet = asyncio.Event()
        self.quiet.set()
        """Set while there is no connection."""
        self._port = 0
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://{HOST}:{self._port}"

    async def start(self) -> None:
        """Listen; on the same address as before, if it did."""
        self._server = await asyncio.start_server(self._serve, HOST, self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Break all connections and listen no more."""
        if self._server is not None:
            self._server.close()
            for task in tuple(self._tasks):
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await self._server.wait_closed()
            self._server = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.quiet.clear()
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                while await self._exchange(reader, writer):
                    """One request after another."""
        except asyncio.CancelledError:
            """It is stopped: asyncio would report the cancellation of its own task."""
        finally:
            writer.close()
            self._tasks.discard(task)
            if not self._tasks:
                self.quiet.set()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        line, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
        headers = {name.lower(): text for name, text in (each.split(": ", 1) for each in lines)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        method, path = line.split(" ")[:2]
        self.seen.append(f"{method} {path}")
        if self.fault == "slow":
            await asyncio.Event().wait()
        if self.fault == "cut":
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{")
            await writer.drain()
            return False
        status, answer, more = self._answer(method, path, headers, body)
        text = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        head = f"HTTP/1.1 {status} Said\r\n{more}content-length: {len(text)}\r\n\r\n"
        writer.write(head.encode() + text)
        await writer.drain()
        return True

    def _answer(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, Any, str]:
        if self.fault == "html":
            return 200, b"<html>hello</html>", ""
        if self.fault == "404":
            return 404, b"<html>nothing here</html>", ""
        if self.fault in ERRORS:
            status, text = ERRORS[self.fault]
            return status, _error(text), "retry-after: 7\r\n" if status == 429 else ""
        if self.key is not None and headers.get("api-key") != self.key:
            return 401, b"Invalid API key or JWT", ""
        try:
            return 200, self._obey(method, path, json.loads(body) if body else None), ""
        except Missing as missing:
            return 404, _error(f"Not found: Collection `{missing}` doesn't exist!"), ""
        except Taken as taken:
            return 409, _error(f"Wrong input: Collection `{taken}` already exists!"), ""
        except Exception as error:  # noqa: BLE001  the engine's errors have no type of their own
            if "Vector dimension error" not in str(error):
                self.refused.append(f"{method} {path}: {error!r}")
            return 400, _error(f"Wrong input: {error}"), ""

    def _obey(self, method: str, path: str, asked: Any) -> Any:
        where, _, query = path.partition("?")
        for verb, pattern, kind, name in ROUTES:
            if verb == method and (place := re.fullmatch(pattern, where)):
                specification.check(method, where, asked=asked)
                if name in ("index", "upsert", "delete") and "wait=true" not in query:
                    raise ValueError("a write that nobody waits for")
                read = [kind.model_validate(asked)] if kind is not None else []
                result = getattr(self.collections, name)(*place.groups(), *read)
                if self.fault == "acknowledged" and name in ("upsert", "delete"):
                    result = {"operation_id": 1, "status": "acknowledged"}
                answer = {"usage": None, "time": 0.001, "status": "ok", "result": _plain(result)}
                specification.check(method, where, answer=answer)
                return answer
        raise ValueError("no such request")


@contextlib.asynccontextmanager
async def running(folder: Path) -> AsyncIterator[Stub]:
    """Run a server; in the end it must have understood every request it was sent."""
    stub = Stub(folder)
    await stub.start()
    yield stub
    await stub.stop()
    stub.collections.close()
    assert stub.refused == []


def _error(text: str) -> dict[str, Any]:
    return {"status": {"error": text}, "time": 0.001}


def _plain(result: Any) -> Any:
    return (
        result.model_dump(mode="json", exclude_none=True)
        if isinstance(result, BaseModel)
        else result
    )
