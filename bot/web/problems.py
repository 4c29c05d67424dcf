"""What goes wrong, as application/problem+json (RFC 9457): the code, and what to do."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

import actors
from bot.web.statuses import DEFAULT_WAIT, WAITED_FOR, status_of

MEDIA_TYPE: Final = "application/problem+json"
_FAULT: Final = (
    "This is a fault of the program. Ask again; if it lasts, report it with the request's id, "
    "which is in the log and in X-Request-ID."
)
_UNREADABLE: Final = "The body cannot be read: send JSON in UTF-8, whole."


class Wrong(BaseModel):
    """A value of a request that is none."""

    where: str
    what: str


class Problem(BaseModel):
    """What went wrong."""

    title: str = Field(description="The HTTP status in words.")
    status: int
    code: str = Field(description="The name of the refusal, for programs.")
    detail: str = Field(description="What happened and what to do, for people.")
    errors: tuple[Wrong, ...] = Field(default=(), description="What of the request is wrong.")


class Refused(Exception):
    """A refusal of the front door itself."""

    def __init__(
        self, status: int, code: str, detail: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.headers = dict(headers or {})


def fault() -> Refused:
    """Make the refusal that says that the program is at fault."""
    return Refused(500, "Fault", _FAULT)


def refused(status: int, code: str, detail: str, *, wait: float) -> Refused:
    """Make a refusal that says after how many seconds to come again."""
    return Refused(status, code, detail, {"Retry-After": str(max(1, math.ceil(wait)))})


def declare(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Say for the OpenAPI page with which problems a route may answer."""
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {MEDIA_TYPE: {"schema": schema}},
        }
        for status in statuses
    }


def of(error: Exception) -> Refused:
    """Say over HTTP what the house refuses; the status says whose turn it is."""
    if isinstance(error, Refused):
        return error
    status, code = status_of(type(error)), type(error).__name__
    if isinstance(error, actors.Flooded):
        wait = (error.until - datetime.now(UTC)).total_seconds()
        return refused(status, code, str(error), wait=wait)
    if status in WAITED_FOR:
        return refused(status, code, str(error), wait=DEFAULT_WAIT)
    return Refused(status, code, str(error))


def problem(refusal: Refused) -> Problem:
    """Return a refusal as a value."""
    title = HTTPStatus(refusal.status).phrase
    return Problem(
        title=title, status=refusal.status, code=refusal.code, detail=printed(str(refusal))
    )


def respond(
    status: int, code: str, detail: str, headers: dict[str, str] | None = None, **more: Any
) -> JSONResponse:
    """Make the response of a problem."""
    facts = problem(Refused(status, code, detail)).model_dump(exclude_defaults=True)
    return JSONResponse(
        jsonable_encoder(facts | more), status, headers or None, media_type=MEDIA_TYPE
    )


def answer(error: Exception) -> JSONResponse:
    """Make the response of a refusal, whoever it is by."""
    refusal = of(error)
    return respond(refusal.status, refusal.code, str(refusal), refusal.headers)


def printed(text: str) -> str:
    """Return a text that can be written as UTF-8, whatever a request held."""
    return text.encode("utf-8", "replace").decode()


def install(app: FastAPI) -> None:
    """Have an application answer with problems."""

    @app.exception_handler(HTTPException)
    async def _plain(_: Request, error: HTTPException) -> JSONResponse:
        if (
            error.status_code == HTTPStatus.BAD_REQUEST
        ):  # by whoever reads bodies, and by nobody else
            return respond(error.status_code, "BodyUnreadable", _UNREADABLE)
        code = HTTPStatus(error.status_code).phrase.title().replace(" ", "").replace("-", "")
        return respond(
            error.status_code, code, str(error.detail), dict(error.headers or {}) or None
        )

    @app.exception_handler(RequestValidationError)
    async def _invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        wrong = [
            {"where": printed(".".join(map(str, each["loc"]))), "what": printed(each["msg"])}
            for each in error.errors()
        ]
        detail = " ".join(f"{each['where']}: {each['what']}." for each in wrong)
        return respond(422, "InvalidRequest", detail, errors=wrong)

    async def _refused(_: Request, error: Exception) -> JSONResponse:
        return answer(error)

    for kind in KINDS:
        app.add_exception_handler(kind, _refused)


KINDS: Final = (Refused, actors.Refusal, actors.ActorError, actors.StorageError)
"""What is answered as a refusal; anything else is a fault."""
