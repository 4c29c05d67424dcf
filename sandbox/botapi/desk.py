"""One request from its first byte to its answer."""

import asyncio
import inspect
import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import unquote

from aiogram.types import TelegramObject
from aiohttp.web import BaseRequest, Response

from sandbox.botapi.account import Account
from sandbox.botapi.asked import Asked, Record
from sandbox.botapi.faults import Cut, Error, Fault, Faults, Flood, Page, Silent
from sandbox.botapi.keyboards import keyboard
from sandbox.botapi.methods import KNOWN, SERVED, Call, Served
from sandbox.botapi.reading import read
from sandbox.botapi.refusals import Refused, bad
from sandbox.botapi.understanding import understood, unknown
from sandbox.fault import Hold

_CALL: Final = re.compile(r"/bot(?P<token>[^/]*)/(?P<method>[^/]*)")
_FILE: Final = re.compile(r"/file/bot(?P<token>[^/]*)/(?P<path>.+)")
_TOKEN: Final = re.compile(r"[0-9]{1,20}:[A-Za-z0-9_-]+")
_PAGE: Final = "<html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>"
_STATUSES: Final = {502: "502 Bad Gateway", 503: "503 Service Unavailable", 504: "504 Timeout"}


class Cutting(Exception):
    """The connection is to end without an answer."""


class Desk:
    """Answers requests on the server's loop."""

    def __init__(self, token: str, account: Account, faults: Faults, record: Record) -> None:
        self._token = token
        self._account = account
        self._faults = faults
        self._record = record

    async def answer(self, request: BaseRequest) -> Response:
        """Answer a request, whatever it is; nothing that comes in ends the server."""
        try:
            return await self._served(request)
        except Refused as refused:
            return _refusal(refused)
        except Cutting:
            if request.transport is not None:
                request.transport.abort()
            return Response()
        except Exception as error:  # noqa: BLE001  # a client that hears nothing would hang
            self._account.mistake(f"{request.path.rpartition('/')[2]}: {error!r}")
            return _refusal(bad(f"SANDBOX_FAILED: {type(error).__name__}, see api.mistakes"))

    async def _served(self, request: BaseRequest) -> Response:
        path = unquote(request.rel_url.raw_path)
        if found := _FILE.fullmatch(path):
            self._check(found["token"])
            return self._file(found["path"])
        found = _CALL.fullmatch(path)
        if found is None:
            raise Refused(404, "Not Found")
        self._check(found["token"])
        fields, uploads = await read(request)
        name = found["method"]
        served = SERVED.get(name.lower())
        if served is None:
            raise self._unserved(name)
        chat = _number(fields.get("chat_id"))
        with self._record.call(served.method.__api_method__, chat) as asked:
            return await self._met(
                asked, lambda: self._run(served, fields, uploads), name.lower(), chat
            )

    async def _met(
        self, asked: Asked, run: Callable[[], Any], name: str, chat: int | None
    ) -> Response:
        """Carry a call out, unless it meets a fault."""
        met = self._faults.match(name, chat)
        asked.fault = None if isinstance(met, Hold) else met
        if isinstance(met, Hold):
            await met.passed()
        match met:
            case Error() | Flood():
                raise asked.refused(met.refusal)
            case Page(status=status):
                asked.status = status
                text = _PAGE.format(_STATUSES.get(status, str(status)))
                return Response(status=status, text=text, content_type="text/html")
            case Cut("before") | Silent("before"):
                await _lost(met)
        try:
            result = _result(await run())
        except Refused as refused:
            raise asked.refused(refused) from None
        if isinstance(met, Cut | Silent):
            await _lost(met)
        asked.status = 200
        return result

    async def _run(
        self, served: Served, fields: Mapping[str, Any], uploads: Mapping[str, Any]
    ) -> object:
        for name in unknown(served.method, fields):
            self._account.mistake(f"{served.method.__api_method__} has no argument {name}")
        markup = keyboard(fields.get("reply_markup"))
        method = understood(served.method, fields, uploads)
        call = Call(self._account, uploads, markup)
        if inspect.iscoroutinefunction(served.run):
            return await served.run(call, method)
        with self._account.bell:
            return served.run(call, method)

    def _check(self, token: str) -> None:
        if not _TOKEN.fullmatch(token):
            raise Refused(404, "Not Found")
        if token != self._token:
            raise Refused(401, "Unauthorized")

    def _file(self, path: str) -> Response:
        with self._account.bell:
            data = self._account.files.at(path)
        if data is None:
            raise Refused(404, "Not Found")
        return Response(body=data, content_type="application/octet-stream")

    def _unserved(self, name: str) -> Refused:
        if name.lower() not in KNOWN:
            return Refused(404, "Not Found: method not found")
        self._account.mistake(f"{name} is not served")
        return bad(f"METHOD_NOT_SERVED: {name}")


async def _lost(fault: Fault) -> None:
    """Never answer: end the connection, or keep it until the client does."""
    if isinstance(fault, Cut):
        raise Cutting
    await asyncio.Event().wait()


def _number(chat: object) -> int | None:
    try:
        return int(str(chat))
    except ValueError:
        return None


def _result(result: object) -> Response:
    return _json(200, {"ok": True, "result": _plain(result)})


def _plain(result: object) -> object:
    if isinstance(result, list):
        return [_plain(each) for each in result]
    if isinstance(result, TelegramObject):
        return result.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude_none=True)
    return result


def _refusal(refused: Refused) -> Response:
    body: dict[str, Any] = {
        "ok": False,
        "error_code": refused.code,
        "description": refused.description,
    }
    headers = {}
    if refused.retry_after is not None:
        body["parameters"] = {"retry_after": refused.retry_after}
        headers["Retry-After"] = str(refused.retry_after)
    return _json(refused.code, body, headers)


def _json(status: int, body: object, headers: Mapping[str, str] | None = None) -> Response:
    text = json.dumps(body, ensure_ascii=False)
    return Response(status=status, text=text, content_type="application/json", headers=headers)
