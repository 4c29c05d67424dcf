"""Every command, by itself and through a running service: what it says and does is the same."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bot.__main__ import app
from bot.house import open_house
from bot.web.announcement import FILE
from storage.embedded import Postgres
from tests.bot.conftest import PERSON, CommandLine, refused
from tests.bot.through_service import (
    ANNA,
    OPERATOR,
    PHONE,
    Twice,
    alike,
    hear_error,
    quickly,
    twice,
)
from tests.bot.warm import Warm

PASSWORD = "мурка-7"
POST = "https://t.me/technotes_daily_demo/2"

SAME: list[tuple[object, ...]] = [
    ("status",),
    ("status", PERSON, "--json"),
    ("posts", PERSON, "--limit", 3),
    ("posts", PERSON, "--channel", "@nowhere", "--json"),
    ("channels", PERSON),
    ("coverage", PERSON),
    ("search", PERSON, "bicycle", "--json"),
    ("similar", PERSON, POST),
    ("ask", PERSON, "What is new in Python?", "--json"),
    ("digest", PERSON, "--plain"),
    ("retry", PERSON),
    ("every", PERSON, 600),
    ("unfollow", PERSON, "@nowhere"),
    ("follow", 7, "@technotes_daily_demo", "--json"),
    ("devices", 7, "--json"),
    ("logout", 7),
    ("forget", 7, "--yes"),
    ("invites", "list"),
    ("invites", "new", "--note", "For Anna"),
    ("invites", "revoke", 99),
    ("tokens", "list"),
    ("tokens", "new", "a program"),
    ("tokens", "revoke", 99),
    ("retention", "--dry-run", "--days", 1),
    ("import-session", "nothing.session", "--json"),
    ("keys", "rotate"),
    ("parse", PERSON),
    ("parse", 7, "--json"),
]
APART = {"login", "login-link"}
"""Tested below: no two logins show the same, and a page is where its service is."""


@pytest.fixture(scope="module")
def both(warm: Warm, server: Postgres, template: str) -> Iterator[Twice]:
    """An archive for commands by themselves, and the same with a service."""
    with twice(warm, server, template) as made:
        yield made


@pytest.mark.parametrize("words", SAME, ids=lambda words: " ".join(map(str, words[:2])))
def test_a_command_says_the_same_through_a_service(both: Twice, words: tuple[object, ...]) -> None:
    """Both outputs and the exit status are those of the command that opens the archive itself."""
    alone, through = quickly(both.alone, *words), quickly(both.through, *words)
    assert alike(through.out) == alike(alone.out)
    assert alike(through.err) == alike(alone.err)
    assert through.status == alone.status
    assert "Traceback" not in through.err


def test_no_command_is_left_out() -> None:
    """Whatever opens a house is in the table above."""
    groups = {str(each.name): each.typer_instance for each in app.registered_groups}
    commands = [(None, each) for each in app.registered_commands] + [
        (name, each)
        for name, group in groups.items()
        if group
        for each in group.registered_commands
    ]
    opening = {
        group or each.name or each.callback.__name__.replace("_", "-")
        for group, each in commands
        if each.callback and open_house in vars(sys.modules[each.callback.__module__]).values()
    }
    assert len(opening) > 20
    assert opening <= {str(words[0]) for words in SAME} | APART


def test_a_link_leads_to_the_page_of_the_service(both: Twice) -> None:
    """It is made there, is at its address, and opens a login there."""
    done = quickly(both.through, "login-link", ANNA, "--json")
    assert (done.status, done.err.count("tgactors serve")) == (0, 0), done
    page, token = done.facts["url"].split("#")
    assert page == f"{both.address}/login"
    with httpx.Client(base_url=both.address, timeout=60) as client:
        spent = client.post("/login/sessions", json={"link": token})
        own = {"Authorization": f"Login {spent.json()['secret']}"}
        assert client.post("/login/sessions/me/cancel", headers=own).status_code == 204
    assert quickly(both.through, "forget", ANNA, "--yes").status == 0


def test_doctor_names_the_service(both: Twice) -> None:
    """It says that one runs and where, and finds nothing wrong with that."""
    done = quickly(both.through, "doctor", "--json")
    found = {each["check"]: each for each in done.facts["findings"]}
    assert found["data folder"]["level"] == "ok"
    assert f"process {both.pid}, a service at {both.address}," in found["data folder"]["text"]


def test_a_second_service_is_told_where_the_first_is(both: Twice) -> None:
    """It is refused before it opens anything, with the pid and the address."""
    refused(quickly(both.through, "serve", "--json"), "AlreadyServing", str(both.pid), both.address)


def test_a_newcomer_logs_in_by_phone_code_and_password(both: Twice) -> None:
    """Codes and passwords typed here reach the login there; what was wrong is told with its tries.

    Then the account is read, and forgotten again, by what the service does.
    """
    both.telegram.set_password(ANNA, PASSWORD, hint="кошка")
    process = both.through.converse("login", "--phone", PHONE)
    both.through.hear(process, "a code typed into any chat is void within seconds.")
    both.through.say(process, "00000")
    both.through.hear(process, "4 tries are left")
    both.through.say(process, both.telegram.last_code(ANNA))
    both.through.hear(process, "its hint: кошка")
    both.through.say(process, "барсик")
    both.through.hear(process, "4 tries are left")
    both.through.say(process, PASSWORD)
    done = both.through.ended(process)
    assert (done.status, done.err) == (0, ""), done
    assert done.out.splitlines()[-1].startswith(f"Account {ANNA} is logged in.")
    assert quickly(both.through, "parse", ANNA, "--json").facts["channels"] == 2
    gone = quickly(both.through, "forget", ANNA, "--yes", "--json").facts
    assert (gone["account"], gone["subscriptions"]) == (ANNA, 2)


def test_a_newcomer_who_scans_is_taken_in(both: Twice) -> None:
    """The codes that the service gets are drawn here, and a session is adopted there."""
    both.telegram.set_password(ANNA, None)
    both.telegram.scan_automatically(ANNA)
    done = quickly(both.through, "login")
    both.telegram.scan_automatically(None)
    assert done.status == 0, done
    assert "▄▄▄▄▄" in done.out
    assert done.out.splitlines()[-1].startswith(f"Account {ANNA} is logged in.")
    assert quickly(both.through, "logout", ANNA, "--json").facts["state"] == "LOGGED_OUT"
    assert quickly(both.through, "forget", ANNA, "--yes").status == 0


def test_an_interrupted_login_is_ended_there(both: Twice) -> None:
    """With the command its newcomer goes, and another can come at once."""
    process = both.through.start("login")
    both.through.hear(process, "Code 1")
    done = both.through.interrupt(process, signal.SIGINT)
    assert (done.status, done.err) == (130, "")


def test_an_interrupted_parse_goes_on_there_for_others(both: Twice) -> None:
    """Who leaves ends nothing that somebody else waits for; and nothing is left in the way."""
    both.telegram.publish(next(iter(both.telegram.world.channels)), "Fresh.")
    with both.telegram.faults.hold("updates.getChannelDifference", times=100) as history:
        first = both.through.start("parse", PERSON)
        history.reached()
        second = both.through.start("parse", PERSON, "--json", "-v")
        hear_error(second, "service.asked actor='parser'")
        assert both.through.interrupt(first, signal.SIGINT).status == 130
        assert quickly(both.through, "status", PERSON, "--json").facts["parsing"]
        assert both.through.interrupt(second, signal.SIGINT).status == 130
    assert quickly(both.through, "parse", PERSON, "--json").facts["added"] == 1
    both.level()


def test_following_tells_what_the_service_reads(both: Twice) -> None:
    """Whatever has it read, what is new is told here as it is stored there, until Ctrl-C."""
    channel = next(each for each in both.telegram.world.channels.values() if each.username)
    process = both.through.start("parse", PERSON, "--follow")
    both.through.hear(process, "From now on the schedule reads.")
    post = both.telegram.publish(channel.id, "Warm bread.")
    assert quickly(both.through, "parse", PERSON, "--json").facts["added"] == 1
    assert f"new https://t.me/{channel.username}/{post.id}" in both.through.hear(process, "Warm")
    done = both.through.interrupt(process, signal.SIGINT)
    assert (done.status, done.err) == (130, "")
    both.level()


def test_what_the_service_was_not_started_with_is_refused(both: Twice) -> None:
    """Another Telegram, database or way of reading is named, and nothing is done with either."""
    elsewhere = ("--telegram", "sandbox://127.0.0.1:9")
    done = quickly(both.through, "posts", PERSON, "--json", *elsewhere)
    refused(done, "ServiceDiffers", "TGACTORS_TELEGRAM", both.address)
    other = both.alone.env["TGACTORS_DATABASE_URL"]
    done = quickly(both.through, "posts", PERSON, "--json", TGACTORS_DATABASE_URL=other)
    refused(done, "ServiceDiffers", "TGACTORS_DATABASE_URL")
    done = quickly(both.through, "parse", PERSON, "--follow", "--live", "--json")
    refused(done, "ServiceDiffers", "TGACTORS_LIVE")


@pytest.mark.soak  # the same by the folder's lock alone: tests/bot/client/test_announcement.py
def test_a_killed_service_harms_nobody(known: CommandLine) -> None:
    """What it leaves is passed over by commands and by the next service, whose own replaces it."""
    for _ in range(2):
        service = known.start("serve", "--json")
        known.hear(service, '"serving"')
        assert json.loads((known.folder / "data" / FILE).read_text())["pid"] == service.pid
        assert known.interrupt(service, signal.SIGKILL).status == -signal.SIGKILL
        assert known.run("status", "--json").facts["accounts"][0]["account"] == PERSON


def test_what_is_not_set_here_is_the_service_s(both: Twice) -> None:
    """A shell without the service's settings needs none of them but the data folder."""
    nothing = {"TGACTORS_TELEGRAM": "", "TGACTORS_DATABASE_URL": "", "TGACTORS_SESSION_KEYS": ""}
    done = quickly(both.through, "posts", PERSON, "--limit", 1, "--json", **nothing)
    assert len(done.facts["posts"]) == 1


def announced_as(both: Twice, **other: object) -> Iterator[Path]:
    """Have the service's file say something else meanwhile."""
    path = both.through.folder / "data" / FILE
    before = path.read_text()
    path.write_text(json.dumps(json.loads(before) | other))
    yield path
    path.write_text(before)


def test_a_service_of_another_version_is_refused(both: Twice) -> None:
    """Messages may have changed between the two: both versions are named."""
    for _ in announced_as(both, version="0.0.7"):
        done = quickly(both.through, "status", "--json")
        refused(done, "ServiceOtherVersion", "0.0.7", both.address)


@pytest.mark.parametrize(
    "other",
    [{"token": "wrong"}, {"pid": 1}, {"address": "http://127.0.0.1:9"}, {"address": "http://h"}],
    ids=str,
)
def test_a_file_that_leads_to_no_service_leaves_the_folder_taken(
    both: Twice, other: dict[str, object]
) -> None:
    """Whoever has the folder is named by its pid, as any program that has no service."""
    for _ in announced_as(both, **other):
        refused(quickly(both.through, "status", "--json"), "HouseLocked", str(both.pid))


def test_only_the_command_line_gets_at_the_house(both: Twice) -> None:
    """Neither nobody nor the operator's token, nor the right token from elsewhere, gets in."""
    token = json.loads((both.through.folder / "data" / FILE).read_text())["token"]
    with httpx.Client(base_url=both.address) as client:
        ask = {"message": "ListAccounts", "timeout": "5"}

        def asked(shown: str | None, **more: str) -> httpx.Response:
            headers = {"Authorization": f"Bearer {shown}"} if shown else {}
            return client.post("/house/store", params=ask, content=b"[{}]", headers=headers | more)

        assert asked(None).status_code == 401
        assert asked("nonsense").status_code == 401
        assert asked(OPERATOR).status_code == 403
        for elsewhere in ({"X-Forwarded-For": "127.0.0.1"}, {"Forwarded": "for=203.0.113.7"}):
            away = asked(token, **elsewhere)
            assert (away.status_code, away.json()["code"]) == (403, "CommandLineOnly")
        assert asked(token).text.startswith('["result",[{"id":')
        assert "/house" not in str(client.get("/openapi.json").json()["paths"])


@pytest.mark.parametrize(
    ("actor", "message", "text", "status"),
    [
        ("store", "LoadSession", b'[{"account": 7}]', 404),
        ("lease", "Renew", b"[{}]", 404),
        ("account-0", "StatusRequest", b"[{}]", 404),
        ("newcomer-99", "CancelLogin", b"[{}]", 404),
        ("store", "ListPosts", b"[{}]", 422),
        ("store", "ListPosts", b"", 422),
    ],
)
def test_a_message_that_may_not_be_sent_is_refused(
    both: Twice, actor: str, message: str, text: bytes, status: int
) -> None:
    """Unknown actors and messages are not found, and wrong ones are told as such."""
    token = json.loads((both.through.folder / "data" / FILE).read_text())["token"]
    answer = httpx.post(
        f"{both.address}/house/{actor}",
        params={"message": message, "timeout": 5},
        content=text,
        headers={"Authorization": f"Bearer {token}"},
    )
    assert (answer.status_code, answer.headers["content-type"]) == (
        status,
        "application/problem+json",
    )
