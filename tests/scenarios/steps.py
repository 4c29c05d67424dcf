"""A login as a person goes through it, step by step."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import actors
from actors.entrance import Entrance
from sandbox import Sandbox

T = TypeVar("T")

Take = Callable[[T], Awaitable[object]]


async def go_through(
    entrance: Entrance,
    *,
    phone: str | None = None,
    invite: str | None = None,
    within: float = 60,
    qr: Take[actors.QrCode] | None = None,
    code: Take[actors.CodeNeeded] | None = None,
    password: Take[actors.PasswordNeeded] | None = None,
) -> list[actors.LoginStep]:
    """Log in, taking each step as told; return all of them."""
    seen: list[actors.LoginStep] = []
    async for step in entrance.login(phone=phone, invite=invite, within=within):
        seen.append(step)
        match step:
            case actors.QrCode() if qr is not None:
                await qr(step)
            case actors.CodeNeeded() if code is not None:
                await code(step)
            case actors.PasswordNeeded() if password is not None:
                await password(step)
    return seen


def scanning(sandbox: Sandbox, person: int) -> Take[actors.QrCode]:
    """Have a person scan each code."""

    async def scan(step: actors.QrCode) -> None:
        sandbox.scan(step.url, person)

    return scan


def entering(sandbox: Sandbox, entrance: Entrance, person: int) -> Take[actors.CodeNeeded]:
    """Have a person enter the code that came to their phone."""

    async def enter(_step: actors.CodeNeeded) -> None:
        await entrance.code(sandbox.last_code(person))

    return enter


def logged_out(sandbox: Sandbox) -> int:
    """How often a session was ended at Telegram."""
    return len([call for call in sandbox.calls if call.method == "auth.logOut"])
