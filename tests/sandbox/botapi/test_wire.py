"""Requests in all their forms, and what is none."""

import json
import socket
from collections.abc import Iterator

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.botapi import UNLIMITED, BotApi, BotApiNotRunning, Person
from sandbox.botapi.methods import SERVED
from tests.examples import examples
from tests.sandbox.botapi.bots import Raw, understood

QUICK = settings(max_examples=examples(60), deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def fuzzed() -> Iterator[BotApi]:
    with BotApi(limits=UNLIMITED) as running:
        running.person(42).start()
        yield running


@pytest.fixture(scope="module")
def fuzzing(fuzzed: BotApi) -> Iterator[Raw]:
    with Raw(fuzzed) as opened:
        yield opened


@pytest.fixture
def sent(mia: Person) -> dict[str, str]:
    """The arguments of a message, and where it goes."""
    return {"chat_id": str(mia.id), "text": "x", "reply_markup": '{"force_reply": true}'}


def test_arguments_come_in_four_forms(api: BotApi, raw: Raw, sent: dict[str, str]) -> None:
    """In the address, as a form, as JSON, and in several parts; names in any case."""
    url = f"{raw.url}/SendMessage"
    answers = [
        raw.client.get(url, params=sent),
        raw.client.post(url, data=sent),
        raw.client.post(url, json=sent | {"chat_id": 42}),
        raw.client.post(url, files={name: (None, value) for name, value in sent.items()}),
    ]
    assert [understood(answer)[1]["text"] for answer in answers] == ["x"] * 4
    assert len({understood(answer)[1]["message_id"] for answer in answers}) == 4
    assert api.mistakes == ()


def test_answers_are_in_the_apis_own_form(raw: Raw, sent: dict[str, str]) -> None:
    """Dates are numbers, senders are "from", and what is not there is left out."""
    message = understood(raw.client.post(f"{raw.url}/sendMessage", data=sent))[1]
    assert set(message) == {"message_id", "date", "chat", "from", "text"}
    assert isinstance(message["date"], int)
    assert message["chat"] == {"id": 42, "type": "private", "first_name": "Mia"}


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/bot1:wrong/getMe", 401, "Unauthorized"),
        ("/botnonsense/getMe", 404, "Not Found"),
        ("/bot{token}/fly", 404, "Not Found: method not found"),
        ("/bot{token}", 404, "Not Found"),
        ("/", 404, "Not Found"),
        ("/file/bot1:wrong/photos/file_0.jpg", 401, "Unauthorized"),
        ("/file/bot{token}/photos/../../secret", 404, "Not Found"),
    ],
)
def test_what_is_not_there(api: BotApi, path: str, status: int, said: str) -> None:
    """Another bot's token, a method of nobody's, a file of nobody's."""
    answer = httpx.post(api.url + path.format(token=api.token))
    assert understood(answer) == (status, said)


def test_a_method_that_is_not_served_is_noted(served: BotApi, raw: Raw) -> None:
    """As a mistake of the sandbox's; so are arguments of nobody's."""
    assert raw.call("sendPoll") == (400, "Bad Request: METHOD_NOT_SERVED: sendPoll")
    assert raw.call("getMe", colour="red")[0] == 200
    assert served.mistakes == ("sendPoll is not served", "getMe has no argument colour")


def test_markdown_is_not_served(served: BotApi, raw: Raw, mia: Person) -> None:
    """It is refused as a mode that is unknown, and noted with what to do."""
    assert raw.refusal("sendMessage", chat_id=mia.id, text="*x*", parse_mode="MarkdownV2") == (
        "Bad Request: unsupported parse_mode"
    )
    assert served.mistakes == ("parse_mode MarkdownV2 is not served: send HTML",)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"{"),
        ("application/json", b"[1]"),
        ("application/json", b"[" * 100_000),
        ("application/json", b'{"chat_id": ' + b"9" * 5000 + b"}"),
        ("application/json", b"\xff\xfe"),
        ("application/json", rb'{"text": "\ud83d"}'),
        ("application/x-www-form-urlencoded", b"text=%ff"),
        ("application/x-www-form-urlencoded", b"&a=1" * 2000),
        ("multipart/form-data", b"--x--"),
        ("multipart/form-data; boundary=x", b"--x\r\n\r\nno name\r\n--x--\r\n"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Dispo"),
        ("multipart/form-data; boundary=x", b"nothing"),
    ],
)
@pytest.mark.usefixtures("api")
def test_bodies_that_are_none(raw: Raw, kind: str, body: bytes) -> None:
    """They are refused, and the server goes on without a mistake of its own."""
    answer = raw.client.post(f"{raw.url}/sendMessage", content=body, headers={"Content-Type": kind})
    status, said = understood(answer)
    assert status == 400
    assert said.startswith("Bad Request: ")
    assert "SANDBOX_FAILED" not in said
    assert raw.call("getMe")[0] == 200


def test_a_lone_surrogate_is_no_text(api: BotApi, raw: Raw) -> None:
    """JSON can write it, Telegram does not take it."""
    answer = raw.client.post(
        f"{raw.url}/sendMessage",
        content=rb'{"chat_id": 42, "text": "\ud83d"}',
        headers={"Content-Type": "application/json"},
    )
    assert understood(answer) == (400, "Bad Request: strings must be encoded in UTF-8")
    assert api.mistakes == ()


@given(st.binary(max_size=300))
@QUICK
def test_bytes_of_any_kind_end_nothing(fuzzed: BotApi, fuzzing: Raw, data: bytes) -> None:
    """Whatever a connection brings, the next one is served."""
    host, port = fuzzed.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as opened:
        opened.sendall(data)
    assert fuzzing.call("getMe")[0] == 200


leaves = st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.just("42")
values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "text", "media", "offset", "length", "message_id", "command"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)
NAMES = sorted(name for name in SERVED if name != "getupdates")


@given(st.data())
@QUICK
def test_arguments_of_any_kind_are_answered(
    fuzzed: BotApi, fuzzing: Raw, data: st.DataObject
) -> None:
    """Every method, with nonsense in all its arguments: a result or a refusal, never a failure."""
    served = SERVED[data.draw(st.sampled_from(NAMES))]
    fields = sorted(served.method.model_fields)
    said = (
        data.draw(st.dictionaries(st.sampled_from([*fields, "chat_id"]), values)) if fields else {}
    )
    answer = fuzzing.client.post(
        f"{fuzzing.url}/{served.method.__api_method__}",
        content=json.dumps(said),
        headers={"Content-Type": "application/json"},
    )
    assert answer.status_code in (200, 400, 401, 403, 404)
    assert "SANDBOX_FAILED" not in answer.text, fuzzed.mistakes


def test_a_body_can_be_too_large(raw: Raw) -> None:
    """It is refused before it is read to its end."""
    answer = raw.client.post(
        f"{raw.url}/sendMessage",
        content=bytes(53 * 1024 * 1024),
        headers={"Content-Type": "application/json"},
    )
    assert understood(answer) == (413, "Request Entity Too Large")


def test_it_comes_back_at_the_same_address() -> None:
    """With all that it knew; before it was started it has none."""
    api = BotApi()
    with pytest.raises(BotApiNotRunning):
        assert api.url
    with api:
        url = api.url
        api.person(42).start()
        with api.down(), pytest.raises(httpx.ConnectError):
            httpx.get(url)
        assert httpx.get(f"{url}/bot{api.token}/getMe").status_code == 200
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)
    with api, Raw(api) as raw:
        assert api.url == url
        raw.send("still here")
