"""What the operator does over HTTP: tokens, invites, notices, retention; and how people leave."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from actors.house import House
from sandbox import Sandbox
from tests.bot.conftest import PERSON
from tests.bot.web.conftest import LEAVER, POSTS
from tests.bot.web.serving import Served

USER = f"/users/{PERSON}"


@pytest.fixture
def leaver(served: Served, telegram: Sandbox) -> Iterator[str]:
    """The path of somebody who is logged in and can be spared."""

    async def enter(house: House) -> None:
        async with house.newcomer() as newcomer:
            await newcomer.import_session(telegram.mint(LEAVER).string())

    async def forget(house: House) -> None:
        await house.user(LEAVER).forget()

    served.run(enter)
    yield f"/users/{LEAVER}"
    served.run(forget)


def test_issues_and_revokes_tokens(operator: httpx.Client, served: Served) -> None:
    """A token is told once, reaches its own account only, and nothing once it is revoked."""
    answer = operator.post("/tokens", json={"name": "a program", "account": PERSON})
    assert (answer.status_code, answer.headers["cache-control"]) == (201, "no-store")
    issued = answer.json()
    with served.client(issued["text"]) as client:
        assert client.get(USER).status_code == 200
        assert client.get("/users/1").status_code == 403
        assert operator.delete(f"/tokens/{issued['id']}").status_code == 204
        assert client.get(USER).status_code == 401
    assert operator.delete(f"/tokens/{issued['id']}").status_code == 404
    listed = operator.get("/tokens")
    assert issued["text"] not in listed.text
    (row,) = [each for each in listed.json() if each["id"] == issued["id"]]
    assert (row["name"], row["account"], row["revoked_at"] is None) == ("a program", PERSON, False)


def test_issues_no_token_for_a_stranger(operator: httpx.Client) -> None:
    """There is no token for an account that there is not."""
    answer = operator.post("/tokens", json={"name": "a program", "account": 4242})
    assert (answer.status_code, answer.json()["code"]) == (404, "UnknownAccount")


def test_makes_and_revokes_invites(operator: httpx.Client) -> None:
    """An invite's code is told once; it is listed with its limits, and revoked once."""
    answer = operator.post("/invites", json={"uses": 2, "channels": 5, "note": "for a friend"})
    assert answer.status_code == 201
    made = answer.json()
    listed = operator.get("/invites")
    assert made["code"] not in listed.text
    (row,) = [each for each in listed.json() if each["id"] == made["id"]]
    assert (row["uses"], row["limits"], row["note"]) == (2, {"channels": 5}, "for a friend")
    assert operator.delete(f"/invites/{made['id']}").status_code == 204
    assert operator.delete(f"/invites/{made['id']}").status_code == 404


def test_tells_of_notices(operator: httpx.Client) -> None:
    """There is nothing to tell, and nothing that could be noted as told."""
    assert operator.get("/notices").json() == []
    answer = operator.post("/notices/4242/delivered")
    assert (answer.status_code, answer.json()["code"]) == (404, "NoSuchNotice")


def test_says_what_a_retention_would_delete(operator: httpx.Client) -> None:
    """A dry run counts what nobody would see; nothing is deleted unless it is said how long."""
    assert operator.get("/retention").json()["days"] is None
    doomed = operator.post("/retention", params={"days": 1}).json()
    assert (doomed["dry_run"], doomed["posts"] > 0) == (True, True)
    assert sum(each["posts"] for each in doomed["channels"]) == doomed["posts"]
    try:
        assert operator.put("/retention", json={"days": 1}).json()["days"] == 1
        seen = operator.get(f"{USER}/posts", params={"limit": POSTS}).json()["posts"]
        assert len(seen) == POSTS - doomed["posts"]
    finally:
        operator.put("/retention", json={"days": None})
    answer = operator.post("/retention", params={"days": 1, "dry_run": "false"})
    assert (answer.status_code, answer.json()["code"]) == (422, "DryRunOnly")
    gone = operator.post("/retention", params={"dry_run": "false"}).json()
    assert gone == {"dry_run": False, "posts": 0, "channels": None}
    assert len(operator.get(f"{USER}/posts", params={"limit": POSTS}).json()["posts"]) == POSTS


def test_a_person_sees_posts_for_as_long_as_they_like(person: httpx.Client) -> None:
    """A person's own retention hides older posts from them, and gives them back."""
    path = f"{USER}/retention"
    assert person.get(path).json() == {"days": None}
    try:
        assert person.put(path, json={"days": 1}).json() == {"days": 1}
        assert len(person.get(f"{USER}/posts", params={"limit": POSTS}).json()["posts"]) < POSTS
    finally:
        assert person.put(path, json={"days": None}).json() == {"days": None}
    assert len(person.get(f"{USER}/posts", params={"limit": POSTS}).json()["posts"]) == POSTS


def test_logs_out_and_forgets(operator: httpx.Client, served: Served, leaver: str) -> None:
    """Who is logged out is refused with what to do; who is forgotten is unknown, token and all."""
    issued = operator.post("/tokens", json={"name": "theirs", "account": LEAVER}).json()
    with served.client(issued["text"]) as client:
        assert client.post(f"{leaver}/logout").status_code == 204
        assert client.get(leaver).json()["state"] == "LOGGED_OUT"
        answer = client.post(f"{leaver}/channels", json={"what": "@somewhere"})
        assert (answer.status_code, answer.json()["code"]) == (409, "LoginRequired")
        job = client.post(f"{leaver}/parse", params={"wait": "true"}).json()
        assert (job["state"], job["accounts"][0]["problem"]["status"]) == ("failed", 409)
        assert client.delete(leaver).json()["account"] == LEAVER
        assert client.get(leaver).status_code == 401
    assert operator.get(leaver).status_code == 404


def test_a_person_has_so_many_questions(
    operator: httpx.Client, person: httpx.Client, served: Served
) -> None:
    """Who has no question left today is told when there is one; the operator is not counted."""
    asked = {"question": "rocket"}

    async def allow(house: House, number: int | None) -> None:
        await house.set_limits(PERSON, questions_per_day=number)

    served.run(lambda house: allow(house, 0))
    try:
        answer = person.post(f"{USER}/ask", json=asked)
        assert (answer.status_code, answer.json()["code"]) == (429, "NoQuestionLeft")
        assert 0 < int(answer.headers["retry-after"]) <= 86_400
        assert operator.post(f"{USER}/ask", json=asked).status_code == 200
    finally:
        served.run(lambda house: allow(house, None))
    assert person.post(f"{USER}/ask", json=asked).status_code == 200


def test_a_digest_that_a_model_words_is_a_question(
    operator: httpx.Client, person: httpx.Client, served: Served
) -> None:
    """It counts against the same number; one without a model's words, like a search, does not."""

    async def allow(house: House, number: int | None) -> None:
        await house.set_limits(PERSON, questions_per_day=number)

    served.run(lambda house: allow(house, 0))
    try:
        answer = person.post(f"{USER}/digest", json={})
        assert (answer.status_code, answer.json()["code"]) == (429, "NoQuestionLeft")
        assert 0 < int(answer.headers["retry-after"]) <= 86_400
        assert person.post(f"{USER}/digest", json={"summaries": False}).status_code == 200
        assert person.get(f"{USER}/search", params={"q": "rocket"}).status_code == 200
        assert operator.post(f"{USER}/digest", json={}).status_code == 200
    finally:
        served.run(lambda house: allow(house, None))
    assert person.post(f"{USER}/digest", json={}).status_code == 200
