"""What holds for every request, before an application that does next to nothing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse
from pydantic import SecretStr

import actors
from bot.settings import Settings
from bot.web import problems
from bot.web.access import Access, Operator, bearer
from bot.web.gate import BODY_SECONDS, MOST_AT_ONCE, MOST_BYTES, Gate
from bot.web.rates import Rates
from bot.web.service import Service
from bot.web.statuses import status_of
from storage.errors import DatabaseBusy
from storage.service_rows import TokenRow

pytestmark = pytest.mark.anyio

OWN = "the-operator-of-all"
LOCAL = "the-command-line"


class Tokens:
    """The tokens that are stored, in place of a house; it counts how often it was asked."""

    def __init__(self) -> None:
        self.living: dict[str, int | None] = {"mine": 7}
        self.asked = 0
        self.is_busy = False

    async def token_of(self, text: str) -> TokenRow | None:
        """Whose token it is."""
        self.asked += 1
        if self.is_busy:
            raise DatabaseBusy("here", 1.0)
        if text not in self.living:
            return None
        now = datetime.now(UTC)
        account = self.living[text]
        return TokenRow(
            id=1, name="", account=account, created_at=now, used_at=now, revoked_at=None
        )


def application(
    tokens: Tokens, per_second: float = 0.0, body_seconds: float = BODY_SECONDS
) -> FastAPI:
    """Make an application with one route for everybody, one for operators, and a faulty one."""
    settings = Settings(http_token=SecretStr(OWN))
    service = Service(cast("Any", tokens), settings, LOCAL, cast("Any", SimpleNamespace()))
    app = FastAPI()
    problems.install(app)
    app.add_middleware(
        Gate, access=Access(service), rates=Rates(per_second), body_seconds=body_seconds
    )

    @app.get("/healthz")
    async def healthz() -> None:
        pass

    @app.post("/{what}/size")
    async def size(what: str, request: Request) -> dict[str, int]:
        return {what: len(await request.body())}

    @app.get("/all")
    async def everything(caller: Operator) -> dict[str, bool]:
        return {"local": caller.is_local}

    @app.get("/half")
    async def half() -> StreamingResponse:
        async def pieces() -> AsyncIterator[bytes]:
            yield b"a first piece"
            raise DatabaseBusy("here", 1.0)

        return StreamingResponse(pieces())

    @app.get("/fault")
    async def fault(asked: str = "") -> None:
        raise RuntimeError(asked)

    return app


def client(app: FastAPI, token: str | None = None) -> httpx.AsyncClient:
    """Make a client of an application in this process."""
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers)


@pytest.fixture
def noted(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """What is logged."""
    with caplog.at_level(logging.INFO, logger="tgactors.bot"):
        yield caplog


async def test_knows_the_operator_by_any_of_the_tokens() -> None:
    """The one that is set, the command line's, and a stored one are the operator's."""
    tokens = Tokens()
    tokens.living["stored"] = None
    app = application(tokens)
    for token, is_local in ((OWN, False), (LOCAL, True), ("stored", False)):
        async with client(app, token) as asking:
            answer = await asking.get("/all")
            assert (answer.status_code, answer.json()) == (200, {"local": is_local})


async def test_says_why_somebody_is_not_let_in() -> None:
    """No token and one that does not count are 401 with a challenge, a person's is 403."""
    app = application(Tokens())
    cases = {None: (401, "TokenMissing"), "x": (401, "TokenUnknown"), "mine": (403, "OperatorOnly")}
    for token, (status, code) in cases.items():
        async with client(app, token) as asking:
            answer = await asking.get("/all")
        assert answer.headers["content-type"] == "application/problem+json"
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert ("www-authenticate" in answer.headers) == (status == 401)


async def test_a_token_counts_no_more_from_its_revocation_on() -> None:
    """What was known of a token is looked up again with each request."""
    tokens = Tokens()
    app = application(tokens)
    async with client(app, "mine") as asking:
        assert (await asking.get("/all")).status_code == 403
        tokens.living.clear()
        assert (await asking.get("/all")).status_code == 401


async def test_limits_each_token_by_itself() -> None:
    """Whoever asks too often is told when to come again; others, and the command line, are not."""
    app = application(Tokens(), per_second=0.2)  # a burst of one
    async with client(app, OWN) as asking:
        assert (await asking.get("/all")).status_code == 200
        answer = await asking.get("/all")
        assert (answer.status_code, answer.json()["code"]) == (429, "TooOften")
        assert 1 <= int(answer.headers["retry-after"]) <= 5
    async with client(app, LOCAL) as asking:
        assert [(await asking.get("/all")).status_code for _ in range(3)] == [200] * 3
    async with client(app, "mine") as asking:  # by the address first, from then on by itself
        assert [(await asking.get("/all")).status_code for _ in range(3)] == [403, 403, 429]


async def test_no_token_can_be_found_by_trying() -> None:
    """Tokens that do not count cost their address, and past its limit none is looked up."""
    tokens = Tokens()
    app = application(tokens, per_second=0.6)  # a burst of three
    for number in range(10):
        async with client(app, f"guess-{number}") as asking:
            answer = await asking.get("/all")
            assert answer.status_code == (401 if number < 3 else 429)
    assert tokens.asked == 3


async def test_a_token_that_counts_no_more_costs_its_address_again() -> None:
    """Once it was revoked, a token is one that never counted."""
    tokens = Tokens()
    app = application(tokens, per_second=0.4)  # a burst of two
    async with client(app, "mine") as asking:
        assert (await asking.get("/all")).status_code == 403  # by the address
        tokens.living.clear()
        assert (await asking.get("/all")).status_code == 401  # by itself, for the last time
        assert (await asking.get("/all")).status_code == 401  # by the address
    async with client(app, "another") as asking:
        assert (await asking.get("/all")).status_code == 429


async def test_takes_bodies_of_some_size_only() -> None:
    """What is too large is 413, whether its length is told or not; up to that it arrives whole."""
    async with client(application(Tokens())) as asking:
        whole = await asking.post("/it/size", content=b"x" * MOST_BYTES)
        assert whole.json() == {"it": MOST_BYTES}

        async def pieces() -> Any:
            for _ in range(3):
                yield b"x" * (MOST_BYTES // 2)

        for content in (b"x" * (MOST_BYTES + 1), pieces()):
            answer = await asking.post("/it/size", content=content)
            assert (answer.status_code, answer.headers["content-type"]) == (
                413,
                problems.MEDIA_TYPE,
            )


async def test_a_body_that_never_comes_is_not_waited_for() -> None:
    """Whoever begins to send a body and goes silent is 408 after a while, token or none."""

    async def silent() -> AsyncIterator[bytes]:
        yield b"a first piece"
        await asyncio.Event().wait()

    async with client(application(Tokens(), body_seconds=0.01)) as asking:
        answer = await asking.post("/it/size", content=silent())
    assert (answer.status_code, answer.headers["content-type"]) == (408, problems.MEDIA_TYPE)
    assert "Send it again" in answer.json()["detail"]


async def test_answers_some_at_once_of_an_account_only() -> None:
    """What is answered to one program for long is bounded, and is no other's loss."""
    tokens, let_go = Tokens(), asyncio.Event()
    tokens.living["yours"] = 8
    app = application(tokens)

    async def held() -> AsyncIterator[bytes]:
        await let_go.wait()
        yield b"x"

    async with client(app, "mine") as asking, client(app, "yours") as other:
        under_way = [
            asyncio.ensure_future(asking.post("/it/size", content=held()))
            for _ in range(MOST_AT_ONCE + 1)
        ]
        done, waiting = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
        assert [each.result().json()["code"] for each in done] == ["TooManyAtOnce"]
        assert (await other.post("/it/size")).status_code == 200
        let_go.set()
        assert {each.status_code for each in await asyncio.gather(*waiting)} == {200}
        assert (await asking.post("/it/size")).status_code == 200


async def test_whoever_watches_is_answered_when_nobody_else_is() -> None:
    """What probes ask is not limited, and the token that they may show is not looked up."""
    tokens = Tokens()
    tokens.is_busy = True
    async with client(application(tokens, per_second=0.2), "mine") as asking:
        assert {(await asking.get("/healthz")).status_code for _ in range(5)} == {200}
    assert tokens.asked == 0


async def test_a_busy_database_is_a_problem_of_its_own() -> None:
    """Where tokens cannot be looked up just now, it is 503 and when to come again."""
    tokens = Tokens()
    tokens.is_busy = True
    async with client(application(tokens), "mine") as asking:
        answer = await asking.get("/all")
    assert (answer.status_code, answer.json()["code"]) == (503, "DatabaseBusy")
    assert int(answer.headers["retry-after"]) >= 1


async def test_notes_each_request_once_and_nothing_that_was_asked(
    noted: pytest.LogCaptureFixture,
) -> None:
    """One event a request: the route and not the path, whoever asks, no query, no token."""
    async with client(application(Tokens()), "mine") as asking:
        await asking.post("/secretpath/size?q=secretquery", content=b"secretbody")
        await asking.get("/nothing/of/the/kind?q=secretquery")
    records = [each for each in noted.records if each.event == "http.answered"]  # type: ignore[attr-defined]
    seen = [each.data for each in records]  # type: ignore[attr-defined]
    assert [(each["path"], each["status"], each["caller"]) for each in seen] == [
        ("/{what}/size", 200, 7),
        ("(none)", 404, 7),
    ]
    assert "secret" not in noted.text
    assert "mine" not in noted.text


async def test_a_fault_is_answered_and_found_again(noted: pytest.LogCaptureFixture) -> None:
    """A fault is a 500 that says nothing of its cause, which is in the log by the answer's id."""
    async with client(application(Tokens())) as asking:
        answer = await asking.get("/fault?asked=cause", headers={"X-Request-ID": "mine.1"})
    assert (answer.status_code, answer.json()["code"]) == (500, "Fault")
    assert "cause" not in answer.text
    assert answer.headers["x-request-id"] == "mine.1"
    assert "http.failed path='/fault' request='mine.1'" in noted.text


async def test_half_an_answer_is_not_taken_for_a_whole_one() -> None:
    """What is refused after its answer has begun ends in an error, not in a problem behind it."""
    app = application(Tokens())
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as asking:
        with pytest.raises(RuntimeError, match="response already started") as cut:
            await asking.get("/half")
    assert isinstance(cut.value.__cause__, DatabaseBusy)


async def test_an_id_that_is_none_is_replaced() -> None:
    """What could break a line of a log is no request's id."""
    async with client(application(Tokens())) as asking:
        answer = await asking.post("/it/size", headers={"X-Request-ID": "a b"})
    assert answer.headers["x-request-id"] != "a b"


def test_reads_bearer_tokens_only() -> None:
    """The scheme is Bearer in any case; what is empty or too long is no token."""
    assert bearer("Bearer abc") == bearer("bearer  abc ") == "abc"
    wrong = ("", "Bearer", "Bearer ", "Basic abc", "abc", "Bearer " + "x" * 10_000)
    assert [bearer(each) for each in wrong] == [None] * len(wrong)


def test_every_refusal_has_a_status() -> None:
    """Whatever the house may refuse with is answered by a status of its kind."""
    kinds: list[type[Exception]] = list(problems.KINDS[1:])
    for kind in kinds:
        kinds += kind.__subclasses__()
        assert 404 <= status_of(kind) <= 507
    assert len(kinds) > 50
    known = {actors.Flooded: 429, actors.LoginRequired: 409, actors.MailboxFull: 503}
    assert {kind: status_of(kind) for kind in known} == known


def test_a_flood_says_until_when() -> None:
    """The wait that Telegram asks for is what Retry-After says."""
    refused = problems.of(actors.Flooded(datetime.now(UTC) + timedelta(seconds=90)))
    assert (refused.status, refused.code) == (429, "Flooded")
    assert 88 <= int(refused.headers["Retry-After"]) <= 90
