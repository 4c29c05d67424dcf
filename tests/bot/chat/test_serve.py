"""The service as an operator has it: a process that reads, and answers at the bot."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

import pytest

from sandbox import Sandbox
from sandbox.botapi import UNLIMITED, BotApi, Error, Person, Silent
from storage import digests
from storage.database import Database
from tests.bot.chat.talking import ADMIN, PATIENCE, PERSON
from tests.bot.conftest import CommandLine, admit, refused

TTL = 2.0
DIGEST = "Your digest"
NO_SPACE = """
    INSERT INTO notices (kind, occurrence, data)
    VALUES ('no_space', 'now', '{"free": 17, "floor": 200}')
"""
LEFT = "SELECT extract(epoch FROM max(expires_at) - now()) FROM nodes"
LONG = 60.0
"""Seconds within which a process has started, on a machine with much to do."""


@pytest.fixture
def api() -> Iterator[BotApi]:
    """A Bot API without limits; several processes make no mistake in it."""
    with BotApi(limits=UNLIMITED) as serving:
        yield serving
        assert serving.mistakes == ()


@pytest.fixture
def service(beside: CommandLine, api: BotApi) -> CommandLine:
    """A command line with a bot beside a sandbox, an empty database and short leases."""
    beside.env |= {
        "TGACTORS_BOT_TOKEN": api.token,
        "TGACTORS_BOT_API": api.url,
        "TGACTORS_LEASE_TTL": str(TTL),
        "TGACTORS_LEASE_MARGIN": "0.5",
        "TGACTORS_WORKERS": "false",
    }
    return beside


@pytest.fixture
def mia(api: BotApi) -> Person:
    """The person, in their chat with the bot."""
    return api.person(PERSON, first_name="Mia", language_code="en")


def started(service: CommandLine, *words: object) -> subprocess.Popen[str]:
    """Start to serve; wait until the bot answers."""
    process = service.start("serve", "--json", *words)
    assert json.loads(service.hear(process, '"ready"')) == {"ready": {"bot": "reader_bot"}}
    return process


def answered(person: Person) -> None:
    """Have the bot answer."""
    asked = person.start()
    person.wait(lambda shown: "Log in once" in shown.text, within=PATIENCE, after=asked.id)


def test_people_are_answered_until_ctrl_c(service: CommandLine, dsn: str, mia: Person) -> None:
    """It says that it reads and which bot answers; /start is answered; Ctrl-C ends it with 130.

    Whoever is new gets the time zone of the service.
    """
    service.env["TGACTORS_TIMEZONE"] = "Europe/Moscow"
    process = service.start("serve")
    assert service.hear(process) == "The schedule reads, until Ctrl-C."
    assert service.hear(process).startswith("HTTP is served at http://127.0.0.1:")
    assert service.hear(process) == "The bot answers: https://t.me/reader_bot"
    answered(mia)
    assert asyncio.run(timezones(dsn)) == ["Europe/Moscow"]
    done = service.interrupt(process, signal.SIGINT)
    assert (done.status, done.out, done.err) == (130, "", "")


def test_sigterm_ends_it_in_order(
    service: CommandLine, telegram: Sandbox, dsn: str, mia: Person
) -> None:
    """In the midst of a reading, which says that it was stopped: status 0, without a complaint."""
    key = service.env["TGACTORS_SESSION_KEYS"]
    asyncio.run(admit(dsn, key, telegram.mint(PERSON)))
    with telegram.faults.hold("messages.getHistory", times=100) as history:
        process = service.start("serve")
        service.hear(process, "The bot answers")
        mia.send("/parse")
        history.reached(LONG)
        mia.wait(lambda shown: shown.keyboard == (("Stop",),), within=PATIENCE)
        done = service.interrupt(process, signal.SIGTERM)
    assert (done.status, done.out, done.err) == (0, "", "")
    mia.wait(lambda shown: shown.text.startswith("Stopped"), within=PATIENCE)


@pytest.mark.soak
def test_it_ends_within_20_seconds_though_nobody_answers(
    service: CommandLine, telegram: Sandbox, dsn: str, api: BotApi, mia: Person
) -> None:
    """Telegram hangs in a reading, and the Bot API when the bot wants to say that it ends."""
    asyncio.run(admit(dsn, service.env["TGACTORS_SESSION_KEYS"], telegram.mint(PERSON)))
    with telegram.faults.hold("messages.getHistory", times=100) as history:
        process = service.start("serve")
        service.hear(process, "The bot answers")
        mia.send("/parse")
        history.reached(LONG)
        mia.wait(lambda shown: shown.keyboard == (("Stop",),), within=PATIENCE)
        api.faults.next("*", Silent(), times=1000)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


@pytest.mark.soak
def test_without_a_bot_the_schedule_reads(
    service: CommandLine, telegram: Sandbox, dsn: str
) -> None:
    """No token, no bot, which is said; and the channels of who is logged in are read."""
    del service.env["TGACTORS_BOT_TOKEN"]
    asyncio.run(admit(dsn, service.env["TGACTORS_SESSION_KEYS"], telegram.mint(PERSON)))
    history = telegram.faults.hold("messages.getHistory")
    process = service.start("serve")
    assert "There is no bot: TGACTORS_BOT_TOKEN is not set." in service.hear(process)
    history.reached(LONG)
    history.release()
    assert service.interrupt(process, signal.SIGTERM).status == 0


@pytest.mark.soak
def test_S4_a_second_one_waits_and_takes_over(service: CommandLine, mia: Person) -> None:
    """It says that it is not ready and for whom it waits; the first is killed, and it answers."""
    first = started(service, "--data", "first")
    answered(mia)
    second = service.start("serve", "--json", "--data", "second")
    waiting = json.loads(service.hear(second, '"waiting"'))
    assert f"pid {first.pid} on " in waiting["waiting"]["holder"]
    service.interrupt(first, signal.SIGKILL)
    service.hear(second, '"ready"')
    answered(mia)
    done = service.interrupt(second, signal.SIGTERM)
    assert done.status == 0
    assert f"serve.not_ready holder='pid {first.pid} on " in done.err


@pytest.mark.soak
def test_a_crash_of_the_bot_is_logged_and_it_begins_again(
    service: CommandLine, api: BotApi, mia: Person
) -> None:
    """A Bot API that fails at the start ends the bot, not the service: a second later it answers.

    Its token is in no line.
    """
    api.faults.next("setMyCommands", Error(500, "Internal Server Error"))
    process = started(service, "-v")
    service.hear(process, '"ready"')
    answered(mia)
    done = service.interrupt(process, signal.SIGTERM)
    assert done.status == 0
    assert "serve.crashed part='bot' error='TelegramServerError'" in done.err
    assert api.token not in done.err


@pytest.mark.soak
def test_a_token_that_telegram_does_not_know_is_refused(service: CommandLine, api: BotApi) -> None:
    """It ends with status 2 and what to do, and does not try again and again."""
    service.env["TGACTORS_BOT_TOKEN"] = f"{api.token}x"
    process = service.start("serve", "--json")
    done = service.ended(process)
    told = done.err.partition("\n")[2]  # behind that the schedule reads
    refused(done, "BotTokenRefused", "@BotFather", "TGACTORS_BOT_TOKEN", err=told)


@pytest.mark.soak
def test_a_lease_that_ran_out_ends_it(service: CommandLine, dsn: str) -> None:
    """Stopped for longer than its lease lasts, it ends as soon as it runs again, and says why."""
    process = started(service)
    process.send_signal(signal.SIGSTOP)
    asyncio.run(run_out(dsn))
    process.send_signal(signal.SIGCONT)
    done = service.ended(process)
    assert (done.status, done.facts["error"]["code"]) == (2, "LeaseRanOut")
    assert "tgactors serve" in done.err


@pytest.mark.soak
def test_what_is_due_is_told_without_being_asked(
    service: CommandLine, api: BotApi, telegram: Sandbox, dsn: str, mia: Person
) -> None:
    """A digest that is due reaches its person, and a notice for the operator whoever that is."""
    service.env["TGACTORS_ADMINS"] = str(ADMIN)
    asyncio.run(admit(dsn, service.env["TGACTORS_SESSION_KEYS"], telegram.mint(PERSON)))
    started(service)
    ada = api.person(ADMIN, first_name="Ada", language_code="en")
    answered(mia)
    answered(ada)
    asyncio.run(fall_due(dsn))
    mia.wait(lambda shown: DIGEST in shown.text, within=LONG)
    ada.wait(lambda shown: "17 MB" in shown.text, within=LONG)


async def timezones(dsn: str) -> list[str]:
    """Return the time zones of whoever has written."""
    async with await Database.open(dsn, connections=1) as db:
        return [row["timezone"] for row in await db.fetch("SELECT timezone FROM visitors")]


async def fall_due(dsn: str) -> None:
    """Let a digest have been due for a day, and the operator have something to be told."""
    async with await Database.open(dsn, connections=1) as db:
        before = datetime.now(UTC) - timedelta(days=2)
        await digests.plan(db, PERSON, time(8), now=before)
        await db.execute(NO_SPACE)


async def run_out(dsn: str) -> None:
    """Wait until no process lives by what the database says."""
    async with asyncio.timeout(PATIENCE), await Database.open(dsn, connections=1) as db:
        while True:
            left = float(await db.fetch_value(LEFT))
            if left < 0:
                return
            await asyncio.sleep(left)
