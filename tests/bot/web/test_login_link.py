"""The links to the login page: by the operator's route, and by the command line."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

import httpx
import pytest

from actors import BadSettings
from actors.house import House
from bot import settings
from tests.bot.conftest import PERSON, CommandLine
from tests.bot.web.serving import Served

TOKEN: Final = r"[\w-]{43}"
NEW: Final = 4242


def test_the_operator_makes_a_link(served: Served, operator: httpx.Client) -> None:
    """To the page where it was asked, for ten minutes, of which the newest counts."""
    made = [operator.post(f"/users/{PERSON}/login_link") for _ in range(2)]
    assert {each.status_code for each in made} == {201}
    address, token = made[0].json()["url"].split("#")
    assert address == f"{served.address}/login"
    assert re.fullmatch(TOKEN, token)
    left = datetime.fromisoformat(made[0].json()["expires_at"]) - datetime.now(UTC)
    assert timedelta(minutes=9) < left <= timedelta(minutes=10)
    assert operator.post("/login/sessions", json={"link": token}).status_code == 404


def test_who_is_new_needs_an_invite(operator: httpx.Client) -> None:
    """As at the bot, where registration is closed; one use of the invite is reserved by it."""
    refused = operator.post(f"/users/{NEW}/login_link")
    assert (refused.status_code, refused.json()["code"]) == (409, "InviteNeeded")
    wrong = operator.post(f"/users/{NEW}/login_link", json={"invite": "tg-0000-0000-0000"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "InviteUnknown")
    invite = operator.post("/invites", json={}).json()
    made = operator.post(f"/users/{NEW}/login_link", json={"invite": invite["code"]})
    assert made.status_code == 201
    (row,) = [each for each in operator.get("/invites").json() if each["id"] == invite["id"]]
    assert row["reserved"] == 1


def test_who_is_banned_gets_none(served: Served, operator: httpx.Client) -> None:
    """And the link made before counts no more."""
    token = operator.post(f"/users/{PERSON}/login_link").json()["url"].split("#")[1]

    async def ban(house: House) -> bool:
        return await house.ban(PERSON, by=None)

    async def unban(house: House) -> bool:
        return await house.unban(PERSON)

    served.run(ban)
    try:
        refused = operator.post(f"/users/{PERSON}/login_link")
        assert (refused.status_code, refused.json()["code"]) == (409, "Banned")
        assert operator.post("/login/sessions", json={"link": token}).status_code == 404
    finally:
        served.run(unban)


def test_who_is_logged_in_is_told_so(operator: httpx.Client) -> None:
    """A page of an account that is READY asks for nothing."""
    token = operator.post(f"/users/{PERSON}/login_link").json()["url"].split("#")[1]
    secret = operator.post("/login/sessions", json={"link": token}).json()["secret"]
    own = {"Authorization": f"Login {secret}"}
    shown = operator.get("/login/sessions/me?after=1", headers=own).json()
    assert (shown["state"], shown["account"]) == ("done", PERSON)


def test_the_command_line_makes_a_link(beside: CommandLine) -> None:
    """It needs no invite, says where the page is, and that nothing serves it yet."""
    done = beside.run("login-link", NEW)
    assert re.search(rf"^http://127\.0\.0\.1:\d+/login#{TOKEN}$", done.out, re.MULTILINE)
    assert f"For account {NEW} alone, once" in done.out
    assert "tgactors serve" in done.err
    public = {"TGACTORS_HTTP_PUBLIC_URL": "https://reader.example/tg/"}
    facts = beside.run("login-link", NEW, "--json", **public).facts
    assert re.fullmatch(rf"https://reader\.example/tg/login#{TOKEN}", facts["url"])
    assert facts["account"] == NEW


@pytest.mark.parametrize("url", ["https://reader.example", "http://127.0.0.1:8010", "http://[::1]"])
def test_where_people_find_the_page(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """By https, or on this machine."""
    monkeypatch.setenv("TGACTORS_HTTP_PUBLIC_URL", url)
    assert settings.load().http_public_url == url


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("http://reader.example", "has to be https"),
        ("ftp://127.0.0.1", "has to be https"),
        ("reader.example", "is no address"),
        ("https://mia@reader.example", "is no address"),
        ("https://reader.example/#x", "is no address"),
    ],
)
def test_where_nobody_should_type_a_password(
    url: str, complaint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In clear text over a network, for one."""
    monkeypatch.setenv("TGACTORS_HTTP_PUBLIC_URL", url)
    with pytest.raises(BadSettings, match=f"TGACTORS_HTTP_PUBLIC_URL: .*{complaint}"):
        settings.load()
