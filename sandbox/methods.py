"""The methods and errors of Telegram, by the names its documentation uses."""

from functools import cache, lru_cache

from telethon.errors import rpc_message_to_error
from telethon.tl import TLRequest
from telethon.tl.alltlobjects import tlobjects
from telethon.tl.types import RpcError


@cache
def method_names() -> dict[str, type]:
    """Every method of Telegram, by the name its documentation uses."""
    requests = (kind for kind in tlobjects.values() if issubclass(kind, TLRequest))
    return {method_name(kind): kind for kind in requests}


def method_name(kind: type) -> str:
    """The documented name of a request class: "messages.getHistory"."""
    name = kind.__name__.removesuffix("Request")
    space = kind.__module__.removeprefix("telethon.tl.functions").removeprefix(".")
    return f"{space}.{name[0].lower()}{name[1:]}".removeprefix(".")


@lru_cache(1024)
def error_code(error: str) -> int:
    """The number Telegram sends along with an error text."""
    known = rpc_message_to_error(RpcError(400, error), None)
    return int(known.code or 400)
