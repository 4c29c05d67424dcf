"""The wire of the command line: what is said over it arrives as it was."""

from __future__ import annotations

import asyncio
import inspect
import pkgutil
from collections.abc import AsyncIterator
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import actors
import runtime
import storage
from actors import entrance, inquiry, keeping, newcomers, people, registry, visiting, wishes
from actors.messages import (
    AdmitSession,
    FollowRequest,
    ImportRequest,
    LoadSession,
    LocateDatabase,
    ParseRequest,
    PasswordRequest,
    StatusRequest,
)
from bot.client import wire
from bot.client.allowed import ALLOWED, message_of
from bot.client.conditions import FAMILIES, HOMES, name_of
from bot.client.refusals import RefusedThere
from runtime import ActorError, Condition, Refusal, Request, StreamRequest
from storage.errors import HouseLocked, StorageError
from tests.bot.client.drawn import drawn, taken

MESSAGES = sorted(
    {each for kind in ALLOWED.values() for each in kind.values()}, key=lambda each: each.__name__
)
SMALL = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
"""Digests hold topics of lines of posts: to make one takes a while on a machine with much to do."""
FACADES = (entrance, inquiry, keeping, newcomers, people, registry, visiting, wishes)


def conditions() -> list[type[Exception]]:
    """Find every condition that is defined in the rooms below the front doors."""
    for room in (actors, runtime, storage):
        for module in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
            import_module(module.name)
    found: set[type[Exception]] = set()
    left: list[type[Exception]] = list(FAMILIES)
    while left:
        for each in left.pop().__subclasses__():
            left.append(each)
            if each.__module__.partition(".")[0] in {"actors", "runtime", "storage"}:
                found.add(each)
    return sorted(found, key=lambda each: (each.__module__, each.__name__))


@pytest.mark.parametrize("kind", MESSAGES, ids=lambda kind: kind.__name__)
@settings(SMALL, max_examples=15)
@given(data=st.data())
def test_every_message_arrives_as_it_was(kind: type[Request[Any]], data: st.DataObject) -> None:
    """Whatever a message of an allowed class says, the other side reads the same."""
    message = data.draw(drawn(kind))
    assert wire.read(kind, wire.written(message)) == message


@pytest.mark.parametrize("kind", MESSAGES, ids=lambda kind: kind.__name__)
@settings(SMALL, max_examples=15)
@given(data=st.data())
def test_every_answer_arrives_as_it_was(kind: type[Request[Any]], data: st.DataObject) -> None:
    """Progress and replies of every allowed message are one line each, and read as what they were.

    The class survives too, where a message may be answered with several.
    """
    *streamed, reply = wire.answer_types(kind)
    for each in streamed:
        value = data.draw(drawn(each))
        assert _heard(kind, wire.progress(kind, value)) == ("progress", value)
    value = data.draw(drawn(reply))
    assert _heard(kind, wire.result(kind, value)) == ("result", value)


@pytest.mark.parametrize("kind", conditions(), ids=lambda kind: kind.__name__)
@settings(SMALL, max_examples=4)
@given(data=st.data())
def test_every_refusal_arrives_as_itself(kind: type[Exception], data: st.DataObject) -> None:
    """A condition of any room has its class, its data and its text on the other side."""
    told = kind(*data.draw(taken(kind)))
    with pytest.raises(kind) as raised:
        _heard(StatusRequest, wire.refused(StatusRequest, told))
    assert type(raised.value) is kind
    assert raised.value.args == told.args
    assert str(raised.value) == str(told)
    assert kind.__module__ in HOMES


def test_facades_say_nothing_that_is_not_allowed() -> None:
    """Each message that what commands use sends, is among those that a served house takes."""
    said = {
        each
        for module in FACADES
        for each in vars(module).values()
        if inspect.isclass(each) and issubclass(each, Request)
    } - {Request, StreamRequest}
    assert len(said) > 30
    assert said <= set(MESSAGES)


@pytest.mark.parametrize(
    ("actor", "name"),
    [
        ("store", LoadSession.__name__),
        ("store", LocateDatabase.__name__),
        ("store", AdmitSession.__name__),
        ("store", ParseRequest.__name__),
        ("parser", "parser"),
        ("parser", "__class__"),
        ("lease", "Renew"),
        ("account", StatusRequest.__name__),
        ("account-", StatusRequest.__name__),
        ("account-one", StatusRequest.__name__),
        ("store-1", "ListPosts"),
        ("", ""),
    ],
)
def test_what_is_not_allowed_is_unknown(actor: str, name: str) -> None:
    """Session records, the database's address, other actors and other words are not to be had."""
    assert message_of(actor, name) is None


def test_an_allowed_message_is_found_by_its_actor_and_name() -> None:
    """The registry answers with the class itself."""
    assert message_of("account-7", "StatusRequest") is StatusRequest
    assert message_of("parser", "ParseRequest") is ParseRequest


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b"[{}]",
        b'[{"account": "7", "depth": null}]',
        b'[{"account": 7, "depth": null, "more": 1}]',
        b'[{"account": 7, "depth": null}, 1]',
        b'{"account": 7, "depth": null}',
    ],
)
def test_a_message_is_read_strictly(text: bytes) -> None:
    """What misses a field, has one too many or another type is no message."""
    with pytest.raises(ValueError, match=r"\w"):
        wire.read(ParseRequest, text)


def test_what_is_wrong_with_a_message_is_told_without_its_data() -> None:
    """A refused message may hold a password, which is not repeated."""
    with pytest.raises(ValueError, match="password") as raised:
        wire.read(PasswordRequest, b'[{"password": 7264551}]')
    assert "7264551" not in str(raised.value)
    assert raised.value.__cause__ is None


def test_bytes_and_lengths_of_time_arrive() -> None:
    """A session record that is no text, and a depth that is no number."""
    record = ImportRequest(record=bytes(range(256)), api=(1, "hash"))
    assert wire.read(ImportRequest, wire.written(record)).record == bytes(range(256))
    for depth in (5, timedelta(days=3, microseconds=1), None):
        follow = FollowRequest(what="@news", depth=depth)
        assert wire.read(FollowRequest, wire.written(follow)) == follow


def test_an_unknown_refusal_keeps_its_text() -> None:
    """What a service of another make refuses is told in its words; nothing is loaded."""
    for name in ("actors.errors.Unheard", "os.path.join", "actors.errors.datetime", "nonsense"):
        line = f'["refused", "{name}", "No, because.", []]'.encode()
        with pytest.raises(RefusedThere, match=r"^No, because\.$"):
            wire.understood(StatusRequest, line)


def test_a_refusal_whose_data_cannot_be_told_keeps_its_text() -> None:
    """Data without a place in JSON costs the class, not the words."""

    class Odd(Refusal):
        """This is odd."""

    line = wire.refused(StatusRequest, Odd(object()))
    with pytest.raises(RefusedThere, match=r"^This is odd\.$"):
        wire.understood(StatusRequest, line)


def test_the_families_are_all_there_are() -> None:
    """Whatever is refused anywhere is of one of the three families that are told over the wire."""
    assert {each for each in FAMILIES if issubclass(each, Condition)} == {Refusal, ActorError}
    assert issubclass(HouseLocked, StorageError)
    assert name_of(HouseLocked(1, "data")) == "storage.errors.HouseLocked"


@given(st.lists(st.text(st.characters(codec="utf-8")), max_size=5), st.integers(1, 9))
def test_lines_are_whole_however_they_arrive(texts: list[str], size: int) -> None:
    """Separators inside a text end no line, and an empty line is a sign of life only."""
    whole = b"\n".join(wire.result(LocateDatabase, text) for text in texts)

    async def chunks() -> AsyncIterator[bytes]:
        for at in range(0, len(whole), size):
            yield whole[at : at + size]

    async def heard() -> list[object]:
        return [_heard(LocateDatabase, line) async for line in wire.lines(chunks())]

    assert asyncio.run(heard()) == [("result", text) for text in texts]


def _heard(kind: type[Request[Any]], line: bytes) -> object:
    assert line.count(b"\n") == line.endswith(b"\n")
    return wire.understood(kind, line.removesuffix(b"\n"))
