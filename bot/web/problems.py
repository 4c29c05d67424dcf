"""What goes wrong, as application/problem+json (RFC 9457): the code, and what to do."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

import actors

MEDIA_TYPE: Final = "application/problem+json"


class Problem(BaseModel):
    """What went wrong."""

    title: str = Field(description="The HTTP status in words.")
    status: int
    code: str = Field(description="The name of the refusal, for programs.")
    detail: str = Field(description="What happened and what to do, for people.")


class Refused(Exception):
    """A refusal of the front door itself."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code


def respond(
    status: int, code: str, detail: str, headers: dict[str, str] | None = None, **more: Any
) -> JSONResponse:
    """Make the response of a problem."""
    facts = Problem(title=HTTPStatus(status).phrase, status=status, code=code, detail=detail)
    return JSONResponse(
        jsonable_encoder(facts.model_dump() | more), status, headers, media_type=MEDIA_TYPE
    )


def install(app: FastAPI) -> None:
    """Have an application answer with problems."""

    @app.exception_handler(Refused)
    async def _refused(_: Request, refused: Refused) -> JSONResponse:
        return respond(refused.status, refused.code, str(refused))

    @app.exception_handler(HTTPException)
    async def _plain(_: Request, error: HTTPException) -> JSONResponse:
        code = HTTPStatus(error.status_code).phrase.title().replace(" ", "").replace("-", "")
        return respond(
            error.status_code, code, str(error.detail), dict(error.headers or {}) or None
        )

    @app.exception_handler(RequestValidationError)
    async def _invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        wrong = [
            {"where": ".".join(map(str, each["loc"])), "what": each["msg"]}
            for each in error.errors()
        ]
        detail = " ".join(f"{each['where']}: {each['what']}." for each in wrong)
        return respond(422, "InvalidRequest", detail, errors=wrong)

    for kind in (actors.Refusal, actors.ActorError, actors.StorageError):
        app.add_exception_handler(kind, _domain)


async def _domain(_: Request, error: Exception) -> JSONResponse:
    """Answer with what the house refuses; the status says whose turn it is."""
    return respond(HTTPStatus.CONFLICT, type(error).__name__, str(error))
