"""The logins that go on at pages, by the secret that each page has."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from typing import TYPE_CHECKING, Final

from actors.bot_messages import ListBanned
from bot.web.page_login import PageLogin
from bot.web.problems import Refused, refused
from bot.web.rates import Rates
from storage.login_links import LOGIN

if TYPE_CHECKING:
    from bot.web.service import Service

RATE: Final = 1.0
"""What a page may send a second, from each address; in bursts as others, of five."""
MOST: Final = 500
"""Logins at pages at a time."""
LAST_WORDS_SECONDS: Final = 60.0
"""How long a page may ask how its login has ended."""
_AGAIN_AFTER: Final = 5.0
_NO_LINK: Final = (
    "This link counts no more, or never did: it opens one page, within ten minutes, and only the "
    "newest one does. Ask for another, where this one came from."
)
_NO_LOGIN: Final = (
    "This page counts no more: its time is over, or the login was opened elsewhere. Ask for a new "
    "link, where this one came from."
)
_FULL: Final = "As many people log in as may at a time. Open the link again in a moment."
_BANNED: Final = "The account is banned. Whoever runs this can say why."


class PageLogins:
    """Keeps each account's login at a page, at most one. One loop only."""

    def __init__(
        self,
        service: Service,
        *,
        life: float = LOGIN.total_seconds(),
        last_words: float = LAST_WORDS_SECONDS,
        most: int = MOST,
    ) -> None:
        """Keep those of a service's house; each ends within `life` seconds."""
        self.rates = Rates(min(RATE, service.settings.http_rate))
        self._house = service.house
        self._life = life
        self._last_words = last_words
        self._most = most
        self._open: dict[bytes, PageLogin] = {}
        self._ending = False

    def __len__(self) -> int:
        """Count the pages that count."""
        return len(self._open)

    async def open(self, link: str) -> str:
        """Spend a link; return the secret of the page that it opens.

        A page before it that has the account's login counts no more, and hands that over.
        """
        if self._ending or len(self._open) >= self._most:  # the link is kept for then
            raise refused(503, "TooManyLogins", _FULL, wait=_AGAIN_AFTER)
        account = await self._house.spend_login_link(link)
        if account is None:
            raise Refused(404, "LinkUnknown", _NO_LINK)
        login = self._taken_over(account)
        secret = secrets.token_urlsafe(32)
        if login is None or login.is_over:
            login = PageLogin(self._house.user(account), within=self._life)
            await login.begin()
        self._keep(_hashed(secret), login)
        return secret

    def find(self, secret: str | None) -> PageLogin:
        """Return the login of a page."""
        login = None if secret is None else self._open.get(_hashed(secret))
        if login is None:
            raise Refused(404, "NoSuchLogin", _NO_LOGIN)
        return login

    async def begin(self, secret: str | None, *, phone: str | None = None) -> None:
        """Let a page's login begin anew, or go another way."""
        login = self.find(secret)
        if login.user.id in await self._house.store.ask(ListBanned()):
            raise Refused(409, "Banned", _BANNED)
        await login.begin(phone=phone)

    async def cancel(self, secret: str | None) -> None:
        """End a page's login, and let the page count no more."""
        login = self.find(secret)
        self._drop(login)
        await login.end()

    async def end(self) -> None:
        """Leave all of them, and open none any more."""
        self._ending = True
        leaving = list(self._open.values())
        self._open.clear()
        for login in leaving:
            login.wake()
        await asyncio.gather(*(login.leave() for login in leaving))

    def _taken_over(self, account: int) -> PageLogin | None:
        found = [each for each in self._open.values() if each.user.id == account]
        for login in found:
            self._drop(login)
        return found[0] if found else None

    def _keep(self, hashed: bytes, login: PageLogin) -> None:
        self._open[hashed] = login
        loop = asyncio.get_running_loop()
        loop.call_later(login.left + self._last_words, self._open.pop, hashed, None)

    def _drop(self, login: PageLogin) -> None:
        for hashed in [each for each, kept in self._open.items() if kept is login]:
            del self._open[hashed]
        login.wake()


def _hashed(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
