"""What the type checker says about messages: right ones pass, wrong ones do not."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import mypy.api
import pytest

DECLARED = """
    from typing import assert_never, assert_type

    from runtime import (
        Actor, ActorRef, ActorSystem, Message, Request, Stream, StreamRequest, Urgent, message,
        progress, reply,
    )
    from runtime.testing import plain

    @message
    class Report:
        added: int

    @message
    class Parse(StreamRequest[str, Report]):
        depth: int = 100

    @message
    class Status(Request[str], Urgent):
        pass

    @message
    class Parsed(Message):
        added: int

    Order = Parse | Status | Parsed
"""

RIGHT = """
    class Parser(Actor[Order]):
        async def handle(self, message: Order, /) -> object:
            match message:
                case Parse():
                    return self.job(self._parse(message), key="parse")
                case Status():
                    return reply(message, "fine")
                case Parsed(added=added):
                    return self.cancel(added)
                case _:
                    assert_never(message)

        async def _parse(self, request: Parse) -> Report:
            await progress(request, "one channel")
            return reply(request, Report(added=1))

    async def use(system: ActorSystem) -> None:
        ref = await system.spawn("parser", Parser)
        assert_type(ref, ActorRef[Order])
        assert_type(await ref.ask(Parse(depth=3)), Report)
        assert_type(await ref.ask(Status(), timeout=1.0), str)
        assert_type(ref.ask_sync(Status()), str)
        stream = ref.stream(Parse())
        assert_type(stream, Stream[str, Report])
        async for step in stream:
            assert_type(step, str)
        for step in ref.stream(Parse()):
            assert_type(step, str)
        assert_type(stream.result, Report)
        ref.tell(Parsed(added=1))
        await ref.send(Parsed(added=1))
        async with plain(Parser()) as parser:
            assert_type(await parser.ask(Status()), str)
            assert_type(await parser.stream(Parse()), tuple[list[str], Report])
"""

WRONG = """
    class Forgetful(Actor[Order]):
        async def handle(self, message: Order, /) -> object:
            match message:
                case Parse():
                    return reply(message, "a string")  # misc
                case Status():
                    return reply(message, "fine")
                case _:
                    assert_never(message)  # arg-type

    async def use(ref: ActorRef[Order]) -> None:
        await ref.ask(Parsed(added=1))  # arg-type
        ref.ask_sync(Parsed(added=1))  # arg-type
        await ref.ask(Parse(deep=3))  # call-arg
        await ref.ask(Parse(3))  # call-arg
        ref.tell(Report(added=1))  # arg-type
        ref.stream(Status())  # arg-type
        number: int = await ref.ask(Status())  # arg-type
        await progress(Parse(), 3)  # misc
        Parse().depth = 3  # misc
"""


def check(tmp_path: Path, body: str) -> tuple[str, list[tuple[int, str]]]:
    """Type check a program; return its source and the line and code of each error."""
    source = textwrap.dedent(DECLARED) + textwrap.dedent(body)
    program = tmp_path / "program.py"
    program.write_text(source)
    out, err, _ = mypy.api.run(
        [str(program), "--strict", "--no-error-summary", f"--cache-dir={tmp_path / 'cache'}"]
    )
    assert err == ""
    found = re.findall(r"program\.py:(\d+): error: .*\[([a-z-]+)\]$", out, re.MULTILINE)
    assert len(found) == out.count("error:"), out
    return source, [(int(line), code) for line, code in found]


@pytest.mark.timeout(300)
def test_right_messages_are_typed_throughout(tmp_path: Path) -> None:
    """Asks, streams and replies have the types their requests declare."""
    _, errors = check(tmp_path, RIGHT)
    assert errors == []


@pytest.mark.long
@pytest.mark.timeout(300)
def test_wrong_messages_are_type_errors(tmp_path: Path) -> None:
    """Wrong fields, replies and cases, and asks without a reply, are errors, each where it is."""
    source, errors = check(tmp_path, WRONG)
    expected = [
        (number, line.rpartition("# ")[2])
        for number, line in enumerate(source.splitlines(), start=1)
        if "  # " in line
    ]
    assert errors == expected, errors
