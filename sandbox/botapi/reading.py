"""The bodies of requests, in all the forms the Bot API takes."""

import json
from collections.abc import AsyncIterator
from typing import Any, Final
from urllib.parse import parse_qsl

from aiohttp import BodyPartReader, StreamReader
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.web import BaseRequest, RequestPayloadError

from sandbox.botapi.methods.registry import Upload
from sandbox.botapi.refusals import Refused, bad

_LARGEST: Final = 52 * 1024 * 1024
_PIECE: Final = 64 * 1024
_MOST_FIELDS: Final = 1000

_UNREADABLE: Final = (
    ValueError, LookupError, RecursionError, AssertionError, HttpProcessingError,
    RequestPayloadError,
)  # fmt: skip
"""What aiohttp and the standard library raise for bodies that are none."""

Fields = dict[str, Any]
Uploads = dict[str, Upload]


async def read(request: BaseRequest) -> tuple[Fields, Uploads]:
    """What a request says, and the files in it; refused if it is not to be understood."""
    try:
        fields, uploads = await _body(request)
        fields = dict(request.query) | fields
        # Lone surrogates can be written in JSON, and nowhere else.
        json.dumps(fields, ensure_ascii=False).encode()
    except UnicodeError:
        raise bad("strings must be encoded in UTF-8") from None
    except _UNREADABLE:
        raise bad("can't parse the request") from None
    return fields, uploads


async def _body(request: BaseRequest) -> tuple[Fields, Uploads]:
    if request.content_type == "multipart/form-data":
        return await _multipart(request)
    body = b"".join([piece async for piece in _pieces(request.content)])
    if not body:
        return {}, {}
    text = body.decode()
    if request.content_type == "application/json":
        said = json.loads(text)
        if not isinstance(said, dict):
            raise bad("can't parse the request: it is no object")
        return said, {}
    if request.content_type == "application/x-www-form-urlencoded":
        return dict(
            parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
        ), {}
    return {}, {}


async def _multipart(request: BaseRequest) -> tuple[Fields, Uploads]:
    fields: Fields = {}
    uploads: Uploads = {}
    left = _LARGEST
    async for each in await request.multipart():
        if not isinstance(each, BodyPartReader) or each.name is None:
            raise bad("can't parse the request: a part has no name")
        data = bytearray()
        while piece := await each.read_chunk(_PIECE):
            data += piece
            left -= len(piece)
            if left < 0:
                raise Refused(413, "Request Entity Too Large")
        if each.filename is None:
            fields[each.name] = data.decode()
        else:
            kind = each.headers.get("Content-Type")
            uploads[each.name] = Upload(bytes(data), each.filename, kind)
        if len(fields) + len(uploads) > _MOST_FIELDS:
            raise bad("can't parse the request: it has too many parts")
    return fields, uploads


async def _pieces(content: StreamReader) -> AsyncIterator[bytes]:
    left = _LARGEST
    async for piece in content.iter_chunked(_PIECE):
        left -= len(piece)
        if left < 0:
            raise Refused(413, "Request Entity Too Large")
        yield piece
