"""What must not be seen of a login: in logs, in errors, in how things show themselves."""

from __future__ import annotations

import base64
import json
import logging
import re
import traceback
from collections.abc import Awaitable, Iterator
from dataclasses import dataclass, field

import pytest
from telethon.tl.functions.auth import SignInRequest

from actors.errors import CodeWrong, PasswordRequired, PasswordWrong, PhoneRefused
from actors.ports import LoginToken
from actors.telegram.account import TelegramAccount
from actors.telegram.quiet import QuietLogger
from runtime import Refusal
from sandbox import Sandbox, World
from tests.actors.telegram_accounts import opened

pytestmark = pytest.mark.anyio

ANNA = 101
PHONE = "+79990000101"
PASSWORD = "correct horse"
API_HASH = "0123456789abcdef"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A Telegram on which Anna has a phone and a password."""
    world = World()
    world.person(ANNA, first_name="Anna", phone=PHONE)
    with Sandbox(world) as serving:
        serving.set_password(ANNA, PASSWORD, "hint")
        yield serving
        assert serving.mistakes == ()


@dataclass
class Watched:
    """A login, what of it is secret, and what of it was seen."""

    secrets: list[str] = field(default_factory=lambda: [PHONE[1:], PASSWORD, API_HASH])
    seen: list[str] = field(default_factory=list)

    def look_at(self, *things: object) -> None:
        """See how things show themselves."""
        self.seen += [f"{each}\n{each!r}" for each in things]

    async def refuses(self, work: Awaitable[object], refusal: type[Refusal]) -> None:
        """See how a refusal shows itself, and with it whatever led to it."""
        with pytest.raises(refusal) as caught:
            await work
        self.look_at(caught.value, caught.value.args, vars(caught.value))
        self.seen += traceback.format_exception(caught.value)

    async def log_in(self, account: TelegramAccount, sandbox: Sandbox) -> None:
        """Go the whole way, and wrong where it can be gone wrong."""
        token = await account.login_token()
        assert isinstance(token, LoginToken)
        sandbox.faults.error("auth.sendCode", "PHONE_NUMBER_BANNED")
        await self.refuses(account.send_code(PHONE), PhoneRefused)
        self.look_at(await account.send_code(PHONE))
        code = sandbox.last_code(ANNA)
        self.secrets += [token.url.partition("=")[2], code, account._phone._hash, "ud800wrong"]
        await self.refuses(account.check_code("\ud800wrong"), CodeWrong)
        await self.refuses(account.check_code("abcdefgh"), CodeWrong)
        sandbox.faults.cut("auth.signIn", when="after")
        await self.refuses(account.check_code(code), PasswordRequired)
        await self.refuses(account.check_password("wrong horse"), PasswordWrong)
        self.look_at(await account.check_password(PASSWORD))
        self.secrets += ["abcdefgh", "wrong horse"]
        key = base64.b64decode(json.loads(account.record())["key"])
        self.secrets += [key.hex(), base64.b64encode(key).decode()]
        self.look_at(account, account._client, account._session, account._qr, account._phone)


async def test_nothing_secret_of_a_login_is_seen(
    sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    """Code, password, number, keys and tokens are in no log at any level, no error, no repr."""
    login = Watched()
    with caplog.at_level(logging.DEBUG), caplog.at_level(logging.DEBUG, "tgactors.telethon"):
        async with opened(sandbox, api=(77, API_HASH)) as account:
            await login.log_in(account, sandbox)
    assert "Phone migrated" not in caplog.text
    assert "Encrypting" in caplog.text, "it was listened to as closely as can be"
    said = [f"{each.getMessage()}\n{each.args!r}\n{each.exc_text}" for each in caplog.records]
    shown = "\n".join([*login.seen, *said])
    # Whole words: five digits of a code may well be among those of a message's number.
    assert [
        each for each in login.secrets if re.search(rf"(?<!\w){re.escape(each)}(?!\w)", shown)
    ] == []


def test_telethon_is_heard_without_what_it_talks_about(caplog: pytest.LogCaptureFixture) -> None:
    """Its words, names and counts are passed on; requests, bytes and errors by kind only."""
    log = QuietLogger().getChild("network.mtprotosender")
    request = SignInRequest(PHONE, "hash", "12345")
    with caplog.at_level(logging.INFO, "tgactors.telethon"):
        log.error("Request caused struct.error: %s: %s", ValueError(PHONE), request)
        log.info("Type %08x not found, remaining data %r", 0xFEED, b"12345")
        log.info("Sleeping%s for %ds (%s)", " early", 7, request)
        log.info("In a dictionary: %s", {"code": "12345"})
        log.debug("Nobody listens to %s", "this")
        try:
            raise ValueError(PHONE)
        except ValueError:
            log.exception("Unhandled error while receiving data")
    assert caplog.messages == [
        "Request caused struct.error: ValueError: SignInRequest",
        "Type 0000feed not found, remaining data 'bytes'",
        "Sleeping early for 7s (SignInRequest)",
        "In a dictionary: dict",
        "Unhandled error while receiving data (ValueError)",
    ]
    assert {each.name for each in caplog.records} == {"tgactors.telethon"}
    records = "\n".join(f"{vars(each)!r}" for each in caplog.records) + caplog.text
    assert PHONE not in records
    assert "12345" not in records
