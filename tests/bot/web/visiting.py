"""People who come to the login page: who they are, what they see and what they tap."""

from __future__ import annotations

import asyncio
import io
import itertools
import os
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import httpx
import zxingcpp
from PIL import Image

from sandbox import Sandbox, TokenExpired, TokenInvalid
from tests.bot.browser import Browser
from tests.bot.web.serving import OPERATOR, Served

SHOTS: Final = os.environ.get("TGACTORS_SHOTS")
"""A folder for pictures, to be looked at."""
LOOKS: Final = ((375, "light"), (375, "dark"), (320, "light"))

MOST_TRIES: Final = 20
_people = itertools.count(5001)


class Place:
    """A service with a Telegram of its own, and people who can log in there."""

    def __init__(self, served: Served, telegram: Sandbox) -> None:
        self.served = served
        self.telegram = telegram

    def person(self) -> int:
        """Add somebody."""
        account = next(_people)
        self.telegram.run(lambda: self.telegram.world.person(account, phone=f"4915100{account:06}"))
        return account

    def link(self, account: int) -> str:
        """Have the operator make a link; return where it leads."""
        with self.served.client(OPERATOR) as operator:
            made = operator.post(f"/users/{account}/login_link")
        assert made.status_code == 201, made.text
        return str(made.json()["url"])

    def state(self, account: int) -> str:
        """How an account is."""
        return str(self.served.run(lambda house: house.user(account).status()).state)


async def shown(browser: Browser, words: str) -> None:
    """Wait until a page says something."""
    await browser.wait(f"document.body?.innerText.includes({words!r})")


async def tap(browser: Browser, button: str) -> None:
    """Tap a button."""
    await browser.wait(
        f"[...document.querySelectorAll('button')].find(each => each.innerText === {button!r})"
    )
    await browser.run(
        f"[...document.querySelectorAll('button')].find("
        f"each => each.innerText === {button!r}).click()"
    )


async def fill(browser: Browser, label: str, text: str) -> None:
    """Type into the field of that label, which has the focus, and press Enter."""
    await browser.wait(f"document.activeElement.labels?.[0]?.innerText === {label!r}")
    await browser.type(text)
    await browser.press("Enter", 13, "\r")


async def look(browser: Browser, name: str) -> bytes:
    """Take pictures to be looked at; nothing is wider than the page."""
    picture = b""
    for width, scheme in LOOKS:
        picture = await browser.look(width=width, height=720, scheme=scheme)
        assert await browser.run("document.documentElement.scrollWidth <= innerWidth"), name
        if SHOTS:
            file = Path(SHOTS, f"{name}-{width}-{scheme}.png")
            await asyncio.to_thread(file.write_bytes, picture)
    return picture


def read(picture: bytes) -> str:
    """Read the QR code of a screen as a phone's camera does."""
    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)))
    assert [each.format for each in found] == [zxingcpp.BarcodeFormat.QRCode]
    return str(found[0].text)


async def scan(browser: Browser, telegram: Sandbox, account: int) -> None:
    """Let somebody's phone scan the screen; again, where the code has expired meanwhile."""
    for _ in range(MOST_TRIES):
        with suppress(TokenExpired, TokenInvalid):
            telegram.scan(read(await browser.look(width=320)), account)
            return
    raise AssertionError("each code has expired before it was scanned")


def problem(answer: httpx.Response, status: int) -> Any:
    """Return the code of a problem."""
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.status_code == status, answer.text
    return answer.json()["code"]
