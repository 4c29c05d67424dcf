"""The way of one call: its wrappers, its faults, its method, its answer."""

from dataclasses import dataclass
from struct import pack
from typing import TYPE_CHECKING, Any, assert_never

from telethon.tl import functions, types

from sandbox.calls import Call
from sandbox.faults import CutFault, ErrorFault, Hold, error_code, method_name
from sandbox.rpc import METHODS, Refused
from sandbox.telegram import Telegram

if TYPE_CHECKING:
    from sandbox.session import Session

_UNREGISTERED = "AUTH_KEY_UNREGISTERED"
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


class Switchboard:
    """Brings calls to their methods, and answers back."""

    def __init__(self, telegram: Telegram) -> None:
        self._telegram = telegram

    def take(self, session: "Session", message_id: int, request: Any) -> None:
        """Answer a call now, or when a hold on it is released."""
        query, wants_updates = _unwrap(request)
        session.wants_updates |= wants_updates
        user = session.key.person_id
        number, method = self._telegram.calls.arrive(), method_name(type(query))
        arrival = _Arrival(session, message_id, query, number, method, user)
        fault = self._telegram.faults.match(method, user)
        match fault:
            case None:
                self._answer(arrival, *self._result(arrival))
            case Hold():
                self._telegram.spawn(self._held(fault, arrival))
            case ErrorFault(error=error):
                self._answer(arrival, error, _error(error))
            case CutFault():
                self._cut(fault, arrival)
            case _:
                assert_never(fault)

    def refuse_unknown(self, session: "Session", message_id: int, constructor: int) -> None:
        """Answer a request that this layer of Telegram's does not know."""
        text = f"CONSTRUCTOR_UNKNOWN {constructor:#010x}"
        self._telegram.calls.mistake(text)
        session.answer(message_id, _error(text))

    async def _held(self, hold: Hold, arrival: _Arrival) -> None:
        await hold.passed()
        self._answer(arrival, *self._result(arrival))

    def _cut(self, fault: CutFault, arrival: _Arrival) -> None:
        if fault.when == "after":
            self._result(arrival)
        self._record(arrival, f"cut {fault.when}")
        arrival.session.link.abort()

    def _answer(self, arrival: _Arrival, outcome: str, result: bytes) -> None:
        self._record(arrival, outcome)
        arrival.session.answer(arrival.message_id, result)

    def _record(self, arrival: _Arrival, outcome: str) -> None:
        place = getattr(arrival.query, "peer", None) or getattr(arrival.query, "channel", None)
        channel = getattr(place, "channel_id", None)
        self._telegram.calls.record(
            Call(arrival.number, arrival.method, arrival.user, outcome, channel)
        )

    def _result(self, arrival: _Arrival) -> tuple[str, bytes]:
        try:
            return "ok", _encode(self._carry_out(arrival))
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
        if arrival.session.key.person_id is None and not method.is_open:
            raise Refused(_UNREGISTERED)
        return method.run(self._telegram, arrival.session.key, arrival.query)


def _unwrap(request: Any) -> tuple[Any, bool]:
    wants_updates = True
    while isinstance(request, _WRAPPERS):
        wants_updates &= not isinstance(request, functions.InvokeWithoutUpdatesRequest)
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


def _encode(result: object) -> bytes:
    match result:
        case bool():
            return pack("<I", _TRUE if result else _FALSE)
        case list():
            return pack("<Ii", _VECTOR, len(result)) + b"".join(bytes(item) for item in result)
        case _:
            return bytes(result)  # type: ignore[call-overload, no-any-return]
