"""The embedded API as a program uses it, and misuses it."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from pathlib import Path

import anyio
import pytest

import actors
from actors.messages import ParseRequest
from runtime.testing import crash
from sandbox import Channel, Sandbox
from storage.database import Database
from storage.errors import DatabaseUnreachable, HouseLocked
from storage.sessions import new_key
from tests.scenarios.conftest import PERSON, Open, log_in

pytestmark = pytest.mark.anyio


async def test_login_shows_a_code_and_ends_logged_in(sandbox: Sandbox, open_house: Open) -> None:
    """Steps come in order: a code that scans, then LoggedIn; afterwards LoggedIn at once."""
    async with open_house():
        user = actors.user(PERSON)
        seen: list[actors.LoginStep] = []
        async for step in user.login():
            seen.append(step)
            if isinstance(step, actors.QrCode):
                assert step.url.startswith("tg://login?token=")
                sandbox.scan(step.url, PERSON)
        assert [type(step) for step in seen] == [actors.QrCode, actors.LoggedIn]
        assert [step async for step in user.login()] == [actors.LoggedIn(account=PERSON)]
        assert (await user.status()).state == "READY"


@pytest.mark.parametrize("token_life", [1.0])
async def test_an_expired_code_is_followed_by_the_next(sandbox: Sandbox, open_house: Open) -> None:
    """When a code has lived its life unscanned, the login shows another by itself."""
    async with open_house():
        shown: list[actors.QrCode] = []
        async for step in actors.user(PERSON).login():
            if isinstance(step, actors.QrCode):
                shown.append(step)
                if step.generation > 1:
                    sandbox.scan(step.url, PERSON)
        assert [code.generation for code in shown] == [1, 2]
        assert shown[0].url != shown[1].url


async def test_a_login_that_is_abandoned_leaves_no_client_and_no_waiting_state(
    sandbox: Sandbox, open_house: Open
) -> None:
    """Whoever stops listening ends the login: its client is closed, and the state is NEW again."""
    async with open_house():
        user = actors.user(PERSON)
        steps = user.login()
        assert isinstance(await anext(steps), actors.QrCode)
        assert (await user.status()).state == "QR_WAIT"
        await steps.aclose()
        with anyio.fail_after(10):
            while (await user.status()).state != "NEW":
                await anyio.lowlevel.checkpoint()
        await log_in(sandbox)
        assert (await user.status()).state == "READY"


async def test_S6_an_account_with_a_two_step_password_logs_in_and_parses(
    sandbox: Sandbox, channels: list[Channel], open_house: Open
) -> None:
    """After the scan the hint is asked with; wrong, then right: READY, and its posts are read."""
    sandbox.set_password(PERSON, "мурка", hint="кошка")
    sandbox.publish(channels[0].id, "a post")
    async with open_house():
        user = actors.user(PERSON)
        seen: list[actors.LoginStep] = []
        async for step in user.login():
            seen.append(step)
            if isinstance(step, actors.QrCode):
                sandbox.scan(step.url, PERSON)
            if isinstance(step, actors.PasswordNeeded):
                with pytest.raises(actors.WrongPassword, match="4 tries are left"):
                    await user.password("барсик")
                await user.password("мурка")
        assert seen[1:] == [actors.PasswordNeeded(hint="кошка"), actors.LoggedIn(account=PERSON)]
        assert (await user.parse()).added == 1


async def test_two_logins_of_one_account_are_one(sandbox: Sandbox, open_house: Open) -> None:
    """Whoever comes second sees the same code, and both end with the one scan."""
    async with open_house():

        async def log_in_once(scan: bool) -> list[actors.LoginStep]:
            steps = []
            async for step in actors.user(PERSON).login():
                steps.append(step)
                if isinstance(step, actors.QrCode) and scan:
                    await together.wait()
                    sandbox.scan(step.url, PERSON)
                elif isinstance(step, actors.QrCode):
                    together.set()
            return steps

        together = asyncio.Event()
        first, second = await asyncio.gather(log_in_once(True), log_in_once(False))
        assert first == second
        exports = [c for c in sandbox.calls if c.method == "auth.exportLoginToken"]
        assert len(exports) == 2  # the code, and the scan found


async def test_progress_is_called_on_the_callers_loop(
    sandbox: Sandbox, channels: list[Channel], open_house: Open
) -> None:
    """The callback runs on the caller's thread; the last call knows every post and channel."""
    for channel in channels:
        sandbox.publish(channel.id, "a post")
    async with open_house():
        await log_in(sandbox)
        shown: list[tuple[int, actors.ParseProgress]] = []
        report = await actors.user(PERSON).parse(
            progress=lambda now: shown.append((threading.get_ident(), now))
        )
        assert {thread for thread, _ in shown} == {threading.get_ident()}
        assert [now.added for _, now in shown] == sorted(now.added for _, now in shown)
        assert report.added == len(channels)


async def test_a_callback_that_fails_is_heard(
    sandbox: Sandbox, channels: list[Channel], open_house: Open
) -> None:
    """What the progress callback raises reaches whoever passed it."""
    async with open_house():
        await log_in(sandbox)
        sandbox.publish(channels[0].id, "a post")

        def fail(_: actors.ParseProgress) -> None:
            raise ZeroDivisionError

        with sandbox.faults.hold("messages.getHistory") as hold:
            parse = asyncio.create_task(actors.user(PERSON).parse(progress=fail))
            with pytest.raises(ZeroDivisionError):
                await parse
            hold.release()


async def test_a_reader_who_reads_no_progress_holds_nobody_up(
    sandbox: Sandbox, channels: list[Channel], open_house: Open
) -> None:
    """One who asked for progress and takes none: the parse goes on, for everybody else too."""
    for channel in channels:
        sandbox.publish(channel.id, "a post")
    async with open_house() as house:
        await log_in(sandbox)
        request = ParseRequest(account=PERSON, depth=None)
        async with house.parser.stream(request, timeout=600, ahead=1):
            with anyio.fail_after(20):
                assert (await actors.user(PERSON).parse(depth=None)).added == len(channels)


async def test_actors_everybody_needs_outlive_several_crashes(
    sandbox: Sandbox, open_house: Open
) -> None:
    """Store and parser come back from crash after crash: nobody is left without them."""
    async with open_house() as house:
        await log_in(sandbox)
        for _ in range(3):
            assert crash(house.store)
            await actors.user(PERSON).posts()
            assert crash(house.parser)
            assert (await actors.user(PERSON).parse()).channels == 15
        restarts = {one.name: one.restarts for one in house.statistics().actors}
        assert (restarts["store"], restarts["parser"]) == (3, 3)


async def test_a_thread_without_a_loop_parses(sandbox: Sandbox, open_house: Open) -> None:
    """`parse_sync` works where no loop runs, and says so where one does."""
    async with open_house():
        await log_in(sandbox)
        report = await asyncio.to_thread(actors.user(PERSON).parse_sync)
        assert report.channels == 15
        with pytest.raises(actors.AskOnLoop, match="await"):
            actors.user(PERSON).parse_sync()


async def test_an_idle_account_sleeps_without_logging_out_and_wakes_when_asked(
    sandbox: Sandbox, channels: list[Channel], settings: dict[str, str]
) -> None:
    """An account without work keeps no thread and no connection; its session stays valid."""
    async with actors.open(
        data=settings["data"],
        telegram=settings["telegram"],
        database_url=settings["database_url"],
        session_keys=settings["session_keys"],
        idle=1.0,
    ) as house:
        await log_in(sandbox)
        await actors.user(PERSON).parse()
        await actors.user(PERSON).status()
        (awake,) = [t for t in threading.enumerate() if t.name == f"account-{PERSON}"]
        await asyncio.to_thread(awake.join, 10)
        assert {a.name: a.state for a in house.statistics().actors}[f"account-{PERSON}"] == "asleep"
        sandbox.publish(channels[0].id, "a post")
        assert (await actors.user(PERSON).parse()).added == 1
    methods = {call.method for call in sandbox.calls}
    assert "auth.logOut" not in methods
    assert len([c for c in sandbox.calls if c.method == "auth.exportLoginToken"]) == 2


async def test_before_login_parse_says_what_to_do(open_house: Open) -> None:
    """The refusal names the account and both ways to log in."""
    async with open_house():
        with pytest.raises(actors.LoginRequired, match=rf"tgactors login {PERSON}"):
            await actors.user(PERSON).parse()


async def test_without_a_house_there_is_no_user(open_house: Open) -> None:
    """Before and after the block the module-level form refuses; the open one is refused twice."""
    with pytest.raises(actors.HouseClosed, match=r"actors\.open"):
        actors.user(PERSON)
    async with open_house() as house:
        assert house.user(PERSON).id == PERSON
        with pytest.raises(actors.HouseOpen):
            async with open_house():
                raise AssertionError("a second house was opened")
        kept = actors.user(PERSON)
    with pytest.raises(actors.HouseClosed):
        actors.user(PERSON)
    with pytest.raises(actors.ActorStopped):
        await kept.status()


@pytest.mark.parametrize(
    "where", ["postgresql://somebody:secret@127.0.0.1:9/nowhere", "somebody:secret@nowhere"]
)
async def test_a_failed_opening_leaves_nothing_open(
    folder: Path, dsn: str, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database that cannot be reached is named, its password is not; another try may follow."""
    keys = new_key()
    # One that is just starting would be awaited for longer.
    monkeypatch.setitem(vars(Database)["open"].__func__.__kwdefaults__, "connect_within", 1.0)
    with pytest.raises(DatabaseUnreachable) as caught:
        async with actors.open(data=folder, database_url=where, session_keys=keys):
            raise AssertionError("opened on nothing")
    assert "secret" not in str(caught.value)
    with pytest.raises(actors.HouseClosed):
        actors.user(PERSON)
    async with actors.open(data=folder, database_url=dsn, session_keys=keys):
        assert await actors.user(PERSON).posts() == ()


@pytest.mark.parametrize("closing", [False, True], ids=["opening", "closing"])
async def test_a_house_opens_and_closes_whole_however_often_it_is_cancelled(
    folder: Path, closing: bool
) -> None:
    """Cancelled at every step of its start or its stop, it has closed when that is felt."""

    async def visit() -> None:
        async with actors.open(data=folder):
            inside.set()

    for _ in range(2):  # the second one gets in
        inside = asyncio.Event()
        task = asyncio.create_task(visit())
        async with asyncio.timeout(60):
            await (inside.wait() if closing else asyncio.sleep(0))
            while not (await asyncio.wait({task}, timeout=0.001))[0]:
                task.cancel()
        assert task.cancelled()
        left = {thread.name for thread in threading.enumerate()} & {"store", "parser"}
        assert left == set()
        assert not (folder / "postgres" / "cluster" / "postmaster.pid").exists()


async def test_a_second_process_on_the_same_data_is_refused_with_the_holders_pid(
    open_house: Open, folder: Path
) -> None:
    """One house per data folder: the other process is told who holds it, without a traceback."""
    program = (
        "import asyncio, sys, actors\n"
        "async def main():\n"
        "    try:\n"
        "        async with actors.open(data=sys.argv[1]): print('opened')\n"
        "    except actors.StorageError as refusal: print(type(refusal).__name__, refusal.pid)\n"
        "asyncio.run(main())\n"
    )
    async with open_house():
        done = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-c", program, str(folder)],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
    assert done.stdout == f"{HouseLocked.__name__} {os.getpid()}\n"


LOADING = """
import asyncio, os, sys, threading, actors

class Watch:
    def find_spec(self, name, path, target=None):
        if name == "telethon":
            print(threading.current_thread().name)

sys.meta_path.insert(0, Watch())

async def main():
    async with actors.open():
        async for step in actors.user(7).login(within=60):
            print(type(step).__name__)
            break

asyncio.run(main())
"""


async def test_telethon_loads_beside_the_loops(settings: dict[str, str]) -> None:
    """Loading it takes so long that an account's loop would be told to have stalled."""
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", LOADING],
        env=os.environ | {f"TGACTORS_{name.upper()}": each for name, each in settings.items()},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    thread, step = done.stdout.split()
    assert thread != "account-7"
    assert step == "QrCode"


async def test_every_wrong_setting_is_named_at_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keys that belong together, numbers that are none: one refusal names them all."""
    monkeypatch.setenv("TGACTORS_API_ID", "seven")
    monkeypatch.setenv("TGACTORS_IDLE", "-1")
    with pytest.raises(actors.BadSettings) as caught:
        async with actors.open(data=folder, database_url="postgresql://127.0.0.1/x"):
            raise AssertionError("opened with wrong settings")
    for name in ("API_ID: ", "IDLE: ", "API_HASH belong together", "SESSION_KEYS, so that"):
        assert f"TGACTORS_{name}" in str(caught.value)


async def test_without_any_telegram_a_login_says_how_to_get_one(folder: Path, dsn: str) -> None:
    """The house opens and shows what it holds; only what needs Telegram is refused."""
    async with actors.open(data=folder, database_url=dsn, session_keys=new_key()):
        user = actors.user(PERSON)
        assert (await user.posts(), (await user.status()).state) == ((), "NEW")
        with pytest.raises(actors.TelegramNotConfigured, match="TGACTORS_API_ID"):
            await anext(aiter(user.login()))
