"""The way of one call: its wrappers, its faults, its method, its answer."""

import asyncio
import time
from dataclasses import dataclass
from struct import pack
from typing import TYPE_CHECKING, Any, assert_never

from telethon.tl import functions, types

from sandbox.calls import Call
from sandbox.cipher import Device, Key
from sandbox.fault import AnyFault, CutFault, DelayFault, ErrorFault, Hold, SilentFault
from sandbox.methods import error_code, method_name
from sandbox.rpc import METHODS, Method, Refused
from sandbox.telegram import Telegram

if TYPE_CHECKING:
    from sandbox.session import Session

_UNREGISTERED = "AUTH_KEY_UNREGISTERED"
_DUPLICATED = "AUTH_KEY_DUPLICATED"
_VECTOR, _TRUE, _FALSE = 0x1CB5C415, 0x997275B5, 0xBC799737


@dataclass(frozen=True, slots=True)
class _Arrival:
    """A call that is not answered yet."""

    session: "Session"
    message_id: int
    query: Any
    number: int
    method: str
    user: int | None
    at: float
    fault: AnyFault | None


class Switchboard:
    """Brings calls to their methods, and answers back."""

    def __init__(self, telegram: Telegram) -> None:
        self._telegram = telegram

    def take(self, session: "Session", message_id: int, request: Any) -> None:
        """Answer a call now, or when its fault lets it go on."""
        query, wants_updates = _unwrap(request, session.key)
        session.wants_updates |= wants_updates
        user, at = session.key.person_id, time.perf_counter()
        number, method = self._telegram.calls.arrive(), method_name(type(query))
        fault = self._telegram.faults.match(method, user)
        self._meet(fault, _Arrival(session, message_id, query, number, method, user, at, fault))

    def refuse_unknown(self, session: "Session", message_id: int, constructor: int) -> None:
        """Answer a request that this layer of Telegram's does not know."""
        text = f"CONSTRUCTOR_UNKNOWN {constructor:#010x}"
        self._telegram.calls.mistake(text)
        session.answer(message_id, _error(text))

    def _meet(self, fault: AnyFault | None, arrival: _Arrival) -> None:
        match fault:
            case None:
                self._answer(arrival, *self._result(arrival))
            case Hold() | DelayFault():
                self._telegram.spawn(self._later(fault, arrival))
            case ErrorFault(error=error):
                self._answer(arrival, error, _error(error))
            case CutFault() | SilentFault():
                if fault.when == "after":
                    self._result(arrival)
                self._record(arrival, fault.name)
                if isinstance(fault, CutFault):
                    arrival.session.link.abort()
            case _:
                assert_never(fault)

    async def _later(self, fault: Hold | DelayFault, arrival: _Arrival) -> None:
        if isinstance(fault, Hold):
            await fault.passed()
        else:
            await asyncio.sleep(fault.seconds)
        self._answer(arrival, *self._result(arrival))

    def _answer(self, arrival: _Arrival, outcome: str, result: bytes) -> None:
        self._record(arrival, outcome, len(result))
        arrival.session.answer(arrival.message_id, result)

    def _record(self, arrival: _Arrival, outcome: str, size: int = 0) -> None:
        place = getattr(arrival.query, "peer", None) or getattr(arrival.query, "channel", None)
        self._telegram.calls.record(
            Call(
                arrival.number,
                arrival.method,
                arrival.user,
                outcome,
                getattr(place, "channel_id", None),
                arrival.fault.name if arrival.fault else None,
                size,
                time.perf_counter() - arrival.at,
            )
        )

    def _result(self, arrival: _Arrival) -> tuple[str, bytes]:
        try:
            return "ok", _encode(self._carry_out(arrival), arrival.query)
        except Refused as refusal:
            return refusal.error, _error(refusal.error)
        except Exception as bug:  # noqa: BLE001  # the client gets an answer: silence would hang it
            text = f"SANDBOX_FAILED in {arrival.method}: {bug!r}"
            self._telegram.calls.mistake(text)
            return text, _error(text)

    def _carry_out(self, arrival: _Arrival) -> object:
        method = METHODS.get(type(arrival.query))
        if method is None:
            text = f"METHOD_NOT_SERVED {arrival.method}"
            self._telegram.calls.mistake(text)
            raise Refused(text)
        key = arrival.session.key
        self._admit(key, method)
        key.active = time.time()
        return method.run(self._telegram, key, arrival.query)

    def _admit(self, key: Key, method: Method) -> None:
        """Refuse a key that may not call this method here."""
        if key.is_burnt:
            raise Refused(_DUPLICATED)
        if key.person_id is None:
            if not method.is_open:
                raise Refused(_UNREGISTERED)
        elif not key.is_borrowed and not method.is_open:
            person = self._telegram.world.people.get(key.person_id)
            if person is not None and person.dc != key.dc:
                raise Refused(f"USER_MIGRATE_{person.dc}")


def _unwrap(request: Any, key: Key) -> tuple[Any, bool]:
    wants_updates = True
    while isinstance(request, _WRAPPERS):
        wants_updates &= not isinstance(request, functions.InvokeWithoutUpdatesRequest)
        if isinstance(request, functions.InitConnectionRequest):
            key.device = Device(
                request.api_id, request.device_model, request.system_version, request.app_version
            )
        request = request.query
    return request, wants_updates


_WRAPPERS = (
    functions.InvokeWithLayerRequest,
    functions.InitConnectionRequest,
    functions.InvokeWithoutUpdatesRequest,
    functions.InvokeAfterMsgRequest,
)


def _error(text: str) -> bytes:
    return bytes(types.RpcError(error_code(text), text))


def _encode(result: object, query: Any) -> bytes:
    match result:
        case bool():
            return pack("<I", _TRUE if result else _FALSE)
        case list():
            return pack("<Ii", _VECTOR, len(result)) + b"".join(bytes(item) for item in result)
        case _:
            if getattr(result, "SUBCLASS_OF_ID", None) != query.SUBCLASS_OF_ID:
                raise TypeError(f"{type(result).__name__} is no answer to this method")
            return bytes(result)  # type: ignore[call-overload, no-any-return]
