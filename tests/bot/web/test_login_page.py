"""The login page, as people use it: a real service, a browser, and a phone that looks at it."""

from __future__ import annotations

import logging
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Final

import httpx
import pytest

from sandbox import Sandbox, World
from storage.embedded import Postgres
from storage.sessions import new_key
from tests.bot.browser import Browser, chromium
from tests.bot.chat.entering import wrong
from tests.bot.web.serving import Served
from tests.bot.web.visiting import Place, fill, look, problem, read, scan, shown, tap
from tests.conftest import _database, new_folder

pytestmark = pytest.mark.anyio

MOST_BYTES: Final = 10 * 1024
STRANGER: Final = 77
TOKEN_LIFE: Final = 5.0
"""Seconds, of which Telegram's own codes have 30."""


@pytest.fixture(scope="module")
def place(server: Postgres, template: str) -> Iterator[Place]:
    """A service for all these tests: each has a person of its own."""
    world = World()
    world.person(STRANGER, first_name="Boris")
    folder = new_folder()
    with (
        Sandbox(world, token_life=TOKEN_LIFE) as telegram,
        contextmanager(_database)(server, template) as dsn,
    ):
        given = {
            "data": folder / "data",
            "telegram": telegram.address,
            "database_url": dsn,
            "session_keys": new_key(),
            "workers": False,
            "registration": "open",
        }
        with Served(given) as served:
            yield Place(served, telegram)
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
async def tab(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browser]:
    """One browser for all."""
    folder = tmp_path_factory.mktemp("browser") / "profile"
    async with Browser(chromium(), folder) as made:
        yield made


@pytest.fixture
async def browser(tab: Browser) -> AsyncIterator[Browser]:
    """An empty tab; nothing is complained of but what was refused."""
    tab.errors.clear()
    await tab.call("Emulation.setUserAgentOverride", userAgent="", acceptLanguage="en-US")
    await tab.call("Emulation.setTouchEmulationEnabled", enabled=False)
    await tab.call("Emulation.clearDeviceMetricsOverride")
    await tab.open("about:blank")
    yield tab
    await tab.run("try { sessionStorage.clear() } catch (error) {}")  # an empty tab has none
    advice = "'recommendation'"  # to ask for a name beside a password: there is none
    passed = ("404", "409", "422", "429", advice)
    assert [each for each in tab.errors if not any(code in each for code in passed)] == []


async def test_S7_the_code_on_the_screen_is_renewed_and_scanned(
    place: Place, browser: Browser
) -> None:
    """The picture lets the person in, also after an expired one; the token leaves the address."""
    person = place.person()
    link = place.link(person)
    await browser.open(link)
    await browser.wait("document.body?.className === 'qr'")
    assert await browser.run("location.href") == link.split("#")[0]
    assert f"account {person}" in await browser.run("document.body.innerText")
    first = read(await look(browser, "qr"))
    drawn = "document.querySelector('path').getAttribute('d')"
    before = await browser.run(drawn)
    await browser.wait(f"{drawn} !== {before!r}")
    assert read(await browser.look(width=320)) != first
    await scan(browser, place.telegram, person)
    await shown(browser, "You are logged in")
    await look(browser, "done")
    assert place.state(person) == "READY"


async def test_S8_a_code_is_typed_and_then_a_password(place: Place, browser: Browser) -> None:
    """On a phone, which cannot scan itself, the number is asked for first.

    Each is refused with the tries that are left until it is right; the hint is shown.
    """
    await browser.call("Emulation.setTouchEmulationEnabled", enabled=True)
    await browser.look(width=375)
    person = place.person()
    place.telegram.set_password(person, "мурка", hint="<b>cat</b>")
    await browser.open(place.link(person))
    await browser.wait("document.body?.className === 'phone'")
    await look(browser, "phone")
    await fill(browser, "Phone number with country code", "12")
    await shown(browser, "Give a phone number with its country code")
    await look(browser, "phone-refused")
    await fill(browser, "Phone number with country code", f"+4915100{person:06}")
    await browser.wait("document.body.className === 'code'")
    await look(browser, "code")
    code = place.telegram.last_code(person)
    await fill(browser, "The code from Telegram", wrong(code))
    await shown(browser, "Tries left: 4")
    await look(browser, "code-wrong")
    await fill(browser, "The code from Telegram", code)
    await shown(browser, "Hint: <b>cat</b>")
    await look(browser, "password")
    await fill(browser, "Two-step password", "барсик")
    await shown(browser, "Tries left: 4")
    await fill(browser, "Two-step password", "мурка")
    await shown(browser, "You are logged in")
    assert place.state(person) == "READY"


async def test_a_reload_goes_on_and_another_tab_takes_over(place: Place, browser: Browser) -> None:
    """A page keeps its login over a reload; a newer link of the account ends it, not the login."""
    person = place.person()
    await browser.open(place.link(person))
    await browser.wait("document.body?.className === 'qr'")
    await browser.call("Page.reload")
    await tap(browser, "Use a phone number")
    await tap(browser, "Use a QR code")
    await browser.wait("document.body?.className === 'qr'")
    token = place.link(person).split("#")[1]
    async with httpx.AsyncClient(base_url=place.served.address, timeout=60) as other:
        spent = await other.post("/login/sessions", json={"link": token})
        headers = {"Authorization": f"Login {spent.json()['secret']}"}
        await shown(browser, "This link no longer works")
        await look(browser, "gone")
        view = (await other.get("/login/sessions/me", headers=headers)).json()
        assert (view["state"], view["account"]) == ("qr", person)
        assert (await other.post("/login/sessions/me/cancel", headers=headers)).status_code == 204
        assert (await other.get("/login/sessions/me", headers=headers)).status_code == 404
    assert place.state(person) == "NEW"


async def test_D8_a_strangers_scan_is_refused_in_the_persons_language(
    place: Place, browser: Browser
) -> None:
    """Nothing of the stranger's is kept, that is said, and the person can try again."""
    await browser.call("Emulation.setUserAgentOverride", userAgent="", acceptLanguage="ru-RU")
    person = place.person()
    await browser.open(place.link(person))
    await browser.wait("document.body?.className === 'qr'")
    await look(browser, "qr-ru")
    await scan(browser, place.telegram, STRANGER)
    await shown(browser, f"вошёл кто-то другой: аккаунт {STRANGER}")
    await look(browser, "failed-ru")
    assert (place.state(person), place.state(STRANGER)) == ("NEW", "NEW")
    await tap(browser, "Ещё раз")
    await browser.wait("document.body.className === 'qr'")
    await scan(browser, place.telegram, person)
    await shown(browser, "Вы вошли")


@pytest.mark.parametrize("language", ["en-US", "ru-RU"])
async def test_S9_the_page_is_small_and_its_own(
    place: Place, browser: Browser, language: str
) -> None:
    """All that it loads has 10 KB at most, and is from where the page is."""
    await browser.call("Emulation.setUserAgentOverride", userAgent="", acceptLanguage=language)
    await browser.open(f"{place.served.address}/login")
    await browser.wait("document.body?.className === 'over'")
    loaded = await browser.run(
        "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType("
        "'resource')].map(each => [each.name, each.decodedBodySize])"
    )
    assert len(loaded) == 4
    assert all(name.startswith(f"{place.served.address}/login") for name, _ in loaded)
    assert 5000 < sum(size for _, size in loaded) <= MOST_BYTES
    await look(browser, f"no-link-{language[:2]}")


async def test_nothing_but_the_pages_own_request_spends_a_link(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    """Previews fetch the address by GET and HEAD, and spend nothing; then it counts once."""
    caplog.set_level(logging.DEBUG)
    person = place.person()
    link = place.link(person)
    address, token = link.split("#")
    async with httpx.AsyncClient(base_url=place.served.address, timeout=60) as client:
        for asked in (address, link):
            for method in ("GET", "HEAD"):
                answer = await client.request(method, asked)
                assert answer.status_code == 200
                assert token not in answer.text
        assert problem(await client.get("/login/sessions"), 404)
        page = await client.get(address)
        assert page.headers["referrer-policy"] == "no-referrer"
        assert page.headers["cache-control"] == "no-store"
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
        assert policy.endswith(
            "frame-ancestors https://web.telegram.org "
            "https://webk.telegram.org https://webz.telegram.org"
        )
        first = await client.post("/login/sessions", json={"link": token})
        assert first.status_code == 201
        for used in (token, "x" * 43, "й"):
            answer = await client.post("/login/sessions", json={"link": used})
            assert problem(answer, 404) == "LinkUnknown"
        secret = first.json()["secret"]
        own = {"Authorization": f"Login {secret}"}
        for kind, sent in (("phone", "+0"), ("code", "4711471"), ("password", "hunter22")):
            path = f"/login/sessions/me/{kind}"
            assert problem(await client.post(path, json={kind: sent}), 404) == "NoSuchLogin"
            answer = await client.post(path, json={kind: sent}, headers=own)
            assert problem(answer, 422 if kind == "phone" else 409)
            assert sent not in answer.text
            answer = await client.post(path, json={kind: [sent]}, headers=own)
            assert problem(answer, 422) == "InvalidRequest"
            assert sent not in answer.text
        await client.post("/login/sessions/me/cancel", headers=own)
    noted = [each for each in caplog.records if not each.name.startswith("http")]  # httpx asks
    told = "\n".join(f"{each.getMessage()} {each.exc_text}" for each in noted)
    assert "/login/sessions/me" in told
    for hidden in (token, secret, "4711471", "hunter22"):
        assert hidden not in told
