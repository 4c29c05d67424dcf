"""A sandbox's own life: threads, sockets, control, the standalone process."""

import asyncio
import json
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
from telethon import TelegramClient
from telethon.sessions import StringSession

import sandbox as room
from sandbox import (
    Call,
    Channel,
    Person,
    Sandbox,
    SandboxNotRunning,
    UnknownChannel,
    UnknownPerson,
    World,
    WorldIsServed,
)

Connect = Callable[..., AbstractAsyncContextManager[Any]]
pytestmark = pytest.mark.anyio


def _open_files() -> list[str]:
    folder = Path("/proc/self/fd")
    names = []
    for name in folder.iterdir():
        try:
            names.append(str(name.readlink()))
        except FileNotFoundError:
            continue  # the listing's own
    return sorted(names)


def _serving() -> int:
    """Count the threads that serve a sandbox: this process may have others, for other tests."""
    return [thread.name for thread in threading.enumerate()].count("sandbox")


async def test_stopping_leaves_nothing_behind(caplog: pytest.LogCaptureFixture) -> None:
    """After a stop under a connected client no thread, socket, port or complaint is left."""
    world = World()
    reader = world.person(1)
    threads, files, serving = threading.active_count(), _open_files(), _serving()
    for _ in range(5):
        with Sandbox(world) as sandbox:
            assert _serving() == serving + 1
            client = TelegramClient(
                StringSession(sandbox.mint(reader.id).string()), 1, "hash", auto_reconnect=False
            )
            await client.connect()
        with pytest.raises(asyncio.IncompleteReadError):
            await asyncio.wait_for(client.disconnected, 10)
        await client.disconnect()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((sandbox.host, sandbox.port), timeout=5)
    assert (threading.active_count(), _open_files()) == (threads, files)
    assert [record for record in caplog.records if record.name == "asyncio"] == []


def test_starting_resets_the_clients_cached_configuration(world: World) -> None:
    """A client class that remembers the data centres of an earlier sandbox forgets them."""
    TelegramClient._config = object()
    with Sandbox(world):
        assert TelegramClient._config is None


def test_a_taken_port_is_refused_to_the_caller(sandbox: Sandbox) -> None:
    """A port in use raises in the thread that starts, and leaves no thread."""
    serving = _serving()
    with pytest.raises(OSError, match="in use"), Sandbox(World(), sandbox.port):
        pytest.fail("two sandboxes on one port")
    assert _serving() == serving


def test_a_served_world_changes_on_its_own_thread_only(
    sandbox: Sandbox, world: World, news: Channel
) -> None:
    """Touching the world from outside is refused; through the sandbox it works."""
    with pytest.raises(WorldIsServed):
        world.publish(news, "from outside")
    assert sandbox.publish(news.id, "inside").text == "inside"
    assert sandbox.run(lambda: world.publish(news, "also inside")).id == 252


def test_a_world_is_free_again_after_the_stop(world: World, anna: Person) -> None:
    """What was served may be changed freely afterwards."""
    with Sandbox(world):
        pass
    world.follow(anna, world.channel("Later"))
    assert len(anna.follows) == 1


def test_refusals_reach_the_caller(sandbox: Sandbox) -> None:
    """What the world refuses is raised in the calling thread, naming the id."""
    with pytest.raises(UnknownChannel, match="12345"):
        sandbox.publish(12345, "nowhere")
    with pytest.raises(UnknownPerson, match="12345"):
        sandbox.mint(12345)


def test_a_stopped_sandbox_says_so() -> None:
    """Control without a running server is refused at once."""
    with pytest.raises(SandboxNotRunning, match="with Sandbox"):
        Sandbox(World()).mint(1)


def test_it_can_be_controlled_from_many_threads(sandbox: Sandbox, news: Channel) -> None:
    """Posts published by eight threads at once all arrive, each with its own id."""
    ids: list[int] = []

    def publish() -> None:
        ids.extend(sandbox.publish(news.id, "text").id for _ in range(50))

    threads = [threading.Thread(target=publish) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(ids) == list(range(251, 651))


async def test_every_call_is_told_to_the_watcher(connect: Connect) -> None:
    """on_call sees each answered call, may control the sandbox, and may fail harmlessly."""
    world = World()
    reader, channel = world.person(1), world.channel("News")
    seen: list[Call] = []

    def watch(call: Call) -> None:
        seen.append(call)
        if call.method == "users.getUsers":
            sandbox.publish(channel.id, "someone asked")
            raise RuntimeError("a bug of the watcher")

    with Sandbox(world, on_call=watch) as sandbox:
        async with connect(reader, to=sandbox) as client:
            await client.get_me()
        assert tuple(seen) == sandbox.calls
        assert len(channel.ids) == [call.method for call in seen].count("users.getUsers") >= 1
        assert "a bug of the watcher" in sandbox.mistakes[0]


async def test_a_minted_session_needs_no_login(
    sandbox: Sandbox, connect: Connect, anna: Person
) -> None:
    """A client with a minted session is its person at the first call."""
    async with connect(anna) as client:
        assert (await client.get_me()).username == "anna"
    assert "auth.exportLoginToken" not in {call.method for call in sandbox.calls}
    assert sandbox.calls[0] == Call(1, "help.getConfig", anna.id, "ok")
    assert "auth_key" not in repr(sandbox.mint(anna.id))


@pytest.mark.parametrize("ending", ["stdin", "SIGTERM"])
def test_it_runs_as_a_process_of_its_own(ending: str) -> None:
    """`python -m sandbox --mint` prints how to connect, serves, and ends when told to."""
    command = [sys.executable, "-m", "sandbox", "--channels", "2", "--posts", "120", "--mint"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        facts = json.loads(process.stdout.readline())
        assert asyncio.run(_count(facts["session"], facts["person"])) == 240
        assert facts["address"].startswith("sandbox://127.0.0.1:")
        if ending == "stdin":
            process.stdin.close()
        else:
            process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


async def _count(session: str, person: int) -> int:
    client = TelegramClient(StringSession(session), 1, "hash")
    await asyncio.wait_for(client.connect(), 10)
    try:
        assert (await client.get_me()).id == person
        counts = [
            len(await client.get_messages(d.entity, None, wait_time=0))
            async for d in client.iter_dialogs()
        ]
        return sum(counts)
    finally:
        await client.disconnect()


def test_the_public_names_are_these() -> None:
    """What other rooms may use of the sandbox, and nothing else."""
    assert all(hasattr(room, name) for name in room.__all__)
    kinds = {name for name in room.__all__ if not issubclass(_kind(name), Exception)}
    assert kinds == {
        "PUBLIC_KEY", "Call", "Channel", "Document", "Faults", "Folder", "Forward", "Hold",
        "Invite", "Mark", "Minted", "Person", "Photo", "Post", "Sandbox", "Step", "WebPage",
        "World", "demo_world", "generated_world", "later_posts",
    }  # fmt: skip


def _kind(name: str) -> type:
    value = getattr(room, name)
    return value if isinstance(value, type) else type(value)
