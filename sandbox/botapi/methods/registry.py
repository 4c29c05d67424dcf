"""The table of methods that are served."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from aiogram import methods
from aiogram.methods import TelegramMethod

from sandbox.botapi.account import Account
from sandbox.botapi.keyboards import Markup

M = TypeVar("M", bound=TelegramMethod[Any])


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a call."""

    data: bytes
    name: str
    mime: str | None


@dataclass(frozen=True, slots=True)
class Call:
    """What a method has besides its arguments."""

    account: Account
    uploads: Mapping[str, Upload]
    markup: Markup | None = None


@dataclass(frozen=True, slots=True)
class Served:
    """What answers a method: at once under the account's lock, or after waiting on the loop."""

    method: type[TelegramMethod[Any]]
    run: Callable[[Call, Any], object]
    differs: str


KNOWN: Final = frozenset(
    each.__api_method__.lower()
    for name in methods.__all__
    if issubclass(each := getattr(methods, name), TelegramMethod) and each is not TelegramMethod
)
"""All methods of the Bot API, served or not."""

SERVED: Final[dict[str, Served]] = {}
"""By the names in lower case: Telegram does not mind."""


def serves(
    method: type[M], *, differs: str = ""
) -> Callable[[Callable[[Call, M], object]], Callable[[Call, M], object]]:
    """Enter a function as the answer to a method."""

    def enter(run: Callable[[Call, M], object]) -> Callable[[Call, M], object]:
        SERVED[method.__api_method__.lower()] = Served(method, run, differs)
        return run

    return enter
