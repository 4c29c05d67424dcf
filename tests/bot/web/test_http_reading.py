"""What was read, over HTTP: people, channels, posts, searches."""

from __future__ import annotations

import csv
import io
import json

import httpx
import pytest

from tests.bot.conftest import PERSON
from tests.bot.web.conftest import POSTS, SPARE
from tests.bot.web.serving import LOCAL, Served

USER = f"/users/{PERSON}"


def test_lists_people(operator: httpx.Client) -> None:
    """The operator sees everybody, by their ids and states, page by page."""
    page = operator.get("/users", params={"limit": 1}).json()
    assert ([each["account"] for each in page["users"]], page["next"]) == ([PERSON], None)
    assert operator.get("/users", params={"state": "EXPIRED"}).json()["users"] == []
    assert operator.get("/users", params={"after": PERSON}).json()["users"] == []


def test_tells_how_somebody_is_doing(person: httpx.Client) -> None:
    """A person sees the state of their account and what the last parse committed, with times."""
    found = person.get(USER).json()
    assert (found["account"], found["state"]) == (PERSON, "READY")
    assert found["last_report"]["account"] == PERSON
    assert found["since"].endswith(("Z", "+00:00"))
    meaning = person.get(f"{USER}/meaning").json()
    assert (meaning["posts"], meaning["tagged"], meaning["indexed"]) == (POSTS, POSTS, POSTS)
    assert person.get(f"{USER}/notices").json() == []


def test_nobody_is_invented(operator: httpx.Client) -> None:
    """An account that there is not is 404 everywhere, and does not come to be by asking."""
    for path in ("", "/channels", "/posts", "/coverage", "/search?q=a", "/export"):
        answer = operator.get(f"/users/4242{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "UnknownAccount")
    assert operator.post("/users/4242/parse").status_code == 404
    assert [each["account"] for each in operator.get("/users").json()["users"]] == [PERSON]


def test_pages_through_all_posts(person: httpx.Client) -> None:
    """Page after page shows every post once, the newest first."""
    found, params = [], {"limit": "7"}
    while True:
        page = person.get(f"{USER}/posts", params=params).json()
        found += page["posts"]
        if page["next"] is None:
            break
        params["before"] = page["next"]
    assert len({(each["channel_id"], each["id"]) for each in found}) == len(found) == POSTS
    moments = [each["published_at"] for each in found]
    assert moments == sorted(moments, reverse=True)


def test_filters_posts(person: httpx.Client) -> None:
    """Posts of a channel, of a period, and with a tag are those that have it."""
    whole = person.get(f"{USER}/posts", params={"limit": POSTS}).json()["posts"]
    one = whole[0]["channel_id"]
    middle = whole[POSTS // 2]["published_at"]
    of_one = person.get(f"{USER}/posts", params={"limit": POSTS, "channel": one}).json()["posts"]
    assert of_one == [each for each in whole if each["channel_id"] == one]
    older = person.get(f"{USER}/posts", params={"limit": POSTS, "until": middle}).json()["posts"]
    newer = person.get(f"{USER}/posts", params={"limit": POSTS, "since": middle}).json()["posts"]
    assert newer + older == whole
    assert 0 < len(older) < POSTS
    hit = person.get(f"{USER}/search", params={"q": whole[0]["text"][:60]}).json()["hits"][0]
    tagged = person.get(f"{USER}/posts", params={"tag": hit["tags"][0]}).json()["posts"]
    assert hit["post"]["id"] in [each["id"] for each in tagged]
    assert person.get(f"{USER}/posts", params={"tag": "no such tag"}).json()["posts"] == []


def test_says_that_posts_are_as_they_were(person: httpx.Client) -> None:
    """Who shows the tag of what they have is told 304 and nothing else, as long as it is so."""
    first = person.get(f"{USER}/posts", params={"limit": 3})
    tag = first.headers["etag"]
    assert not tag.startswith("W/")
    for shown in (tag, f'"other", {tag}', "*"):
        again = person.get(f"{USER}/posts", params={"limit": 3}, headers={"If-None-Match": shown})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    other = person.get(f"{USER}/posts", params={"limit": 4}, headers={"If-None-Match": tag})
    assert (other.status_code, len(other.json()["posts"])) == (200, 4)


def test_exports_all_posts(person: httpx.Client) -> None:
    """The same posts come as JSON and as CSV, as files with a name."""
    answer = person.get(f"{USER}/export")
    found = json.loads(answer.content)
    assert len(found) == POSTS
    assert answer.headers["content-disposition"].startswith("attachment; filename=")
    table = person.get(f"{USER}/export", params={"form": "csv"})
    assert table.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(table.content.decode("utf-8-sig"))))
    assert [int(row["id"]) for row in rows] == [post["id"] for post in found]


def test_shows_channels_and_what_was_read_of_them(person: httpx.Client) -> None:
    """Channels and coverage tell of the same channels; the posts add up."""
    channels = person.get(f"{USER}/channels").json()
    assert sum(each["posts"] for each in channels) == POSTS
    covered = person.get(f"{USER}/coverage").json()
    assert [each["id"] for each in covered] == [each["id"] for each in channels]
    assert {each["share"] for each in covered} == {1.0}
    one = channels[0]
    assert person.get(f"{USER}/channels/{one['id']}").json() == one
    answer = person.get(f"{USER}/channels/4242")
    assert (answer.status_code, answer.json()["code"]) == (404, "NoSuchChannel")


def test_follows_and_unfollows(person: httpx.Client) -> None:
    """A channel that is followed is found where Location says, and once it is not, nowhere."""
    before = person.get(f"{USER}/channels").json()
    answer = person.post(f"{USER}/channels", json={"what": f"@{SPARE}", "depth": 5})
    assert answer.status_code == 201
    made, path = answer.json()["channel"], answer.headers["location"]
    assert (made["username"], path) == (SPARE, f"{USER}/channels/{made['id']}")
    assert person.get(path).json() == made
    assert person.put(f"{USER}/every", params={"seconds": 60, "channel": made["id"]}).is_success
    assert person.delete(path).status_code == 204
    for answer in (person.get(path), person.delete(path)):
        assert (answer.status_code, answer.json()["code"]) == (404, "NoSuchChannel")
    assert person.get(f"{USER}/channels").json() == before


def test_says_what_cannot_be_followed(person: httpx.Client) -> None:
    """What is no channel, both ways of a depth, and an unknown field are told apart, as 422."""
    cases: dict[str, dict[str, object]] = {
        "NoSuchChannel": {"what": "@nobody_has_this"},
        "NoSuchFolder": {"what": "folder:nothing"},
        "InvalidRequest": {"what": "@a", "depth": 1, "days": 1},
    }
    for code, body in cases.items():
        answer = person.post(f"{USER}/channels", json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, code)
    answer = person.post(f"{USER}/channels", json={"what": "@a", "deep": 1})
    assert answer.json()["errors"][0]["where"] == "body.deep"


def test_finds_posts(person: httpx.Client) -> None:
    """A search finds the post that has the words; from it, others near in meaning."""
    text = person.get(f"{USER}/posts", params={"limit": 1}).json()["posts"][0]["text"]
    found = person.get(f"{USER}/search", params={"q": text[:80], "limit": 3}).json()
    best = found["hits"][0]
    assert (best["post"]["text"], best["by_words"]) == (text, True)
    post = best["post"]
    near = person.get(f"{USER}/channels/{post['channel_id']}/posts/{post['id']}/similar")
    others = {(each["post"]["channel_id"], each["post"]["id"]) for each in near.json()}
    assert others
    assert (post["channel_id"], post["id"]) not in others


def test_answers_questions(person: httpx.Client) -> None:
    """A question is answered with its sources, whole or as it is made."""
    asked = {"question": person.get(f"{USER}/posts").json()["posts"][0]["text"][:80]}
    whole = person.post(f"{USER}/ask", json=asked).json()
    assert whole["sources"]
    assert whole["manner"] == "extract"
    with person.stream(
        "POST", f"{USER}/ask", json=asked, headers={"Accept": "text/event-stream"}
    ) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        lines = [line for line in stream.iter_lines() if line]
    assert lines[-2] == "event: answer"
    assert json.loads(lines[-1].removeprefix("data: ")) == whole


def test_sums_up(person: httpx.Client) -> None:
    """A digest of a long period counts the posts that were published in it."""
    wanted = {"period": "P366D", "summaries": False, "lines": 2}
    made = person.post(f"{USER}/digest", json=wanted).json()
    newest = person.get(f"{USER}/posts", params={"since": made["since"], "limit": POSTS}).json()
    assert made["posts"] == len(newest["posts"])
    assert person.post(f"{USER}/retry").json() == {"due": 0}


@pytest.mark.parametrize(
    "path",
    [
        "/posts?limit=0",
        "/posts?limit=1001",
        "/posts?before=nonsense",
        "/posts?since=2026-01-01T00:00:00",
        "/posts?since=0001-01-01T00:00:00%2B14:00",
        f"/posts?channel={2**63}",
        "/search?q=%20",
        "/search",
        "/search?q=" + "a" * 1001,
        "/export?form=xml",
        f"/channels/{2**63}",
    ],
)
def test_refuses_what_is_no_value(person: httpx.Client, path: str) -> None:
    """A value that is none is 422, and says which it is."""
    answer = person.get(USER + path)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errors"][0]["where"]


@pytest.mark.parametrize("text", ["\0", "a\0b", "'; --", '"', "-", "\\", "\U0001f680", "%", "(&|"])
def test_searches_for_anything(person: httpx.Client, text: str) -> None:
    """Whatever is looked for, nothing breaks."""
    assert person.get(f"{USER}/search", params={"q": text}).status_code == 200
    assert person.post(f"{USER}/ask", json={"question": text}).status_code == 200


def test_the_command_line_is_the_operator(served: Served) -> None:
    """This process's own token reaches what the operator's reaches."""
    with served.client(LOCAL) as client:
        assert client.get("/users").status_code == 200
