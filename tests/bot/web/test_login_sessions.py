"""Who has which login at a page, and for how long."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from typing import Any, cast

import httpx
import pytest
from pydantic import SecretStr

from actors import LoggedIn, LoginFailed, PhoneRefused, QrCode
from actors.bot_messages import ListBanned
from actors.values import LoginStep
from bot import texts
from bot.settings import Settings
from bot.web.app import make_app
from bot.web.page_logins import PageLogins
from bot.web.problems import Refused
from bot.web.service import Bot, Service
from tests.bot.web.watched import NOW

pytestmark = pytest.mark.anyio

MIA = 7
PATIENCE = 10.0
LONG = 600.0
QR = QrCode(url="tg://login?token=eA", expires_at=NOW, generation=1, terminal="")
CANCELLED = LoginFailed(reason="", code="cancelled")


class User:
    """An account whose logins do what is put into them."""

    def __init__(self, account: int) -> None:
        self.id = account
        self.phones: list[str | None] = []
        """Of each login that was begun or joined."""
        self.left = 0
        self.steps: asyncio.Queue[LoginStep | Exception] = asyncio.Queue()

    async def login(self, *, phone: str | None, within: float) -> AsyncIterator[LoginStep]:
        """Go through one."""
        assert within > 0
        self.phones.append(phone)
        try:
            while True:
                step = await self.steps.get()
                if isinstance(step, Exception):
                    raise step
                yield step
                if isinstance(step, LoggedIn | LoginFailed):
                    return
        except asyncio.CancelledError:
            self.left += 1
            raise

    async def cancel_login(self) -> bool:
        """End it."""
        self.steps.put_nowait(CANCELLED)
        return True


class House:
    """A house whose links are accounts; its store knows who is banned."""

    def __init__(self) -> None:
        self.banned: tuple[int, ...] = ()
        self.users: dict[int, User] = {}
        self.spent: list[str] = []
        self.store = self

    async def ask(self, message: object) -> tuple[int, ...]:
        """Say who is banned."""
        assert isinstance(message, ListBanned)
        return self.banned

    async def spend_login_link(self, link: str) -> int | None:
        """Spend one."""
        self.spent.append(link)
        return int(link) if link.isdecimal() else None

    def user(self, account: int) -> User:
        """Whose it is."""
        return self.users.setdefault(account, User(account))


def service(house: House, *, rate: float = 0.0) -> Service:
    """A service of that house."""
    settings = Settings(http_token=SecretStr("the-operator's-own"), http_rate=rate)
    return Service(cast("Any", house), settings, "local", Bot(wanted=False))


def logins(house: House, **more: Any) -> PageLogins:
    """Logins at that house's pages."""
    return PageLogins(service(house), **more)


async def until(fact: Callable[[], object]) -> None:
    """Let others run until something is the case."""
    late = time.monotonic() + PATIENCE
    while not fact():
        assert time.monotonic() < late
        await asyncio.sleep(0.001)


def state(kept: PageLogins, secret: str) -> str:
    """What a page shows."""
    return kept.find(secret).view(texts.EN).state


async def test_a_newer_page_takes_the_login_over() -> None:
    """It goes on without beginning anew, and the page before counts no more, at once."""
    house = House()
    kept = logins(house)
    first = await kept.open("7")
    house.user(MIA).steps.put_nowait(QR)
    await until(lambda: state(kept, first) == "qr")
    login = kept.find(first)
    waiting = asyncio.create_task(login.changed(2, LONG))
    await asyncio.sleep(0)
    second = await kept.open("7")
    await asyncio.wait_for(waiting, PATIENCE)
    assert kept.find(second) is login
    assert house.user(MIA).phones == [None]
    with pytest.raises(Refused, match="counts no more"):
        kept.find(first)
    await kept.end()


async def test_after_a_login_that_failed_a_new_link_begins_another() -> None:
    """Its deadline is its own; without a link the page itself begins anew until its deadline."""
    house = House()
    kept = logins(house)
    first = await kept.open("7")
    house.user(MIA).steps.put_nowait(LoginFailed(reason="", code="codes"))
    await until(lambda: state(kept, first) == "failed")
    await kept.begin(first)
    assert state(kept, first) == "begun"
    house.user(MIA).steps.put_nowait(LoginFailed(reason="", code="codes"))
    await until(lambda: state(kept, first) == "failed")
    before = kept.find(first)
    assert kept.find(await kept.open("7")) is not before
    await kept.end()


async def test_a_phone_number_joins_what_goes_on() -> None:
    """The page follows it by the number once that shows something; what is none is refused."""
    house = House()
    kept = logins(house)
    secret = await kept.open("7")
    user = house.user(MIA)
    user.steps.put_nowait(QR)
    await until(lambda: state(kept, secret) == "qr")
    with pytest.raises(PhoneRefused):
        await kept.begin(secret, phone="12")
    await kept.begin(secret, phone="+49 151 00000007")
    await until(lambda: len(user.phones) == 2)
    assert user.phones == [None, "+4915100000007"]
    user.steps.put_nowait(QR)  # to the one of both that has waited for longer
    user.steps.put_nowait(QR)
    await until(lambda: user.left == 1)
    await kept.end()
    assert user.left == 2


async def test_its_time_is_bounded() -> None:
    """After the deadline nothing is begun, and soon the page is forgotten."""
    house = House()
    kept = logins(house, life=0.05, last_words=0.05)
    secret = await kept.open("7")
    login = kept.find(secret)
    await kept.cancel(await kept.open("8"))
    assert len(kept) == 1
    await until(lambda: login.left == 0)
    with pytest.raises(Refused, match="time of this login is over"):
        await login.begin()
    await until(lambda: not len(kept))
    await login.leave()


async def test_whoever_is_banned_begins_nothing() -> None:
    """Also who was let in before."""
    house = House()
    kept = logins(house)
    secret = await kept.open("7")
    house.banned = (MIA,)
    with pytest.raises(Refused, match="banned"):
        await kept.begin(secret, phone="+4915100000007")
    assert house.user(MIA).phones in ([], [None])
    await kept.end()


async def test_a_cancelled_login_ends_for_all_who_joined_it() -> None:
    """And its page counts no more."""
    house = House()
    kept = logins(house)
    secret = await kept.open("7")
    login = kept.find(secret)
    house.user(MIA).steps.put_nowait(QR)
    await until(lambda: state(kept, secret) == "qr")
    await kept.cancel(secret)
    assert login.is_over
    assert len(kept) == 0


async def test_a_fault_is_told_by_its_reference(caplog: pytest.LogCaptureFixture) -> None:
    """The page shows no more of it than what finds it in the log."""
    house = House()
    kept = logins(house)
    secret = await kept.open("7")
    house.user(MIA).steps.put_nowait(RuntimeError("of the program"))
    await until(lambda: state(kept, secret) == "failed")
    text = kept.find(secret).view(texts.EN).text
    assert "of the program" not in text
    assert text.split("Reference: ")[1].rstrip(")") in caplog.text


async def test_there_is_an_end_to_them() -> None:
    """Beyond the bound, and once the service ends, links are not spent; who waits hears at once."""
    house = House()
    kept = logins(house, most=1)
    secret = await kept.open("7")
    waiting = asyncio.create_task(kept.find(secret).changed(1, LONG))
    with pytest.raises(Refused) as full:
        await kept.open("8")
    assert (full.value.status, full.value.headers) == (503, {"Retry-After": "5"})
    await until(lambda: house.user(MIA).phones)
    await kept.end()
    await asyncio.wait_for(waiting, PATIENCE)
    assert house.user(MIA).left == 1
    with pytest.raises(Refused):
        await kept.open("8")
    assert house.spent == ["7"]


async def test_pages_send_more_slowly_than_others_ask() -> None:
    """A few at once, then one a second from each address; whoever looks is not held up."""
    app = make_app(service(House(), rate=100.0))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        found = [await client.post("/login/sessions", json={"link": "none"}) for _ in range(7)]
        assert [each.status_code for each in found[:5]] == [404] * 5
        assert found[-1].status_code == 429
        assert found[-1].headers["retry-after"] == "1"
        assert (await client.get("/login")).status_code == 200
