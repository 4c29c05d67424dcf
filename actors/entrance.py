"""The ways to log in, for a person who is known and for one who is not."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING

from actors.messages import (
    CancelLogin,
    CodeRequest,
    LoginRequest,
    PasswordRequest,
    ResendRequest,
)
from actors.phone import normalised
from actors.values import LoginStep

if TYPE_CHECKING:
    from actors.ports import Streams

LOGIN_SECONDS = 300.0
ANSWER_SECONDS = 60.0
LONGEST_LOGIN = 86_400.0
_SLACK_SECONDS = 60.0  # for a login's last words


class Entrance:
    """Logs in. Usable from any thread and on any loop."""

    def _door(self) -> Streams:
        """Whoever runs the login, and understands a `SigningMessage` at least."""
        raise NotImplementedError

    async def login(
        self,
        *,
        phone: str | None = None,
        within: float = LOGIN_SECONDS,
        api_id: int | None = None,
        api_hash: str | None = None,
        invite: str | None = None,
    ) -> AsyncGenerator[LoginStep, None]:
        """Log in: yield each step to take, then `LoggedIn` or `LoginFailed`.

        Without a phone number, `QrCode` after `QrCode` to show, each renewed in time for `within`
        seconds. With one, `CodeNeeded`: answer it with `code`. `PasswordNeeded` follows for an
        account with a two-step password: answer it with `password`. An account that is READY
        yields `LoggedIn` at once. A login that already runs is joined; a phone number changes its
        way. `api_id` and `api_hash` are API keys of the account's own, `invite` a code of which one
        use is reserved, spent by success.

        Raises `PhoneRefused` for what is no phone number, `AccountHeld` if another process has the
        account open.
        """
        if not 0 <= within <= LONGEST_LOGIN:
            raise ValueError(f"a login may take up to {LONGEST_LOGIN:.0f} seconds, not {within}")
        request = LoginRequest(
            within=within,
            phone=None if phone is None else normalised(phone),
            api=_keys(api_id, api_hash),
            invite=invite,
        )
        async with self._door().stream(request, timeout=within + _SLACK_SECONDS) as steps:
            async for step in steps:
                yield step
            yield steps.result

    async def code(self, code: str) -> None:
        """Prove the code that a login has asked for with `CodeNeeded`; the login goes on by itself.

        Raises `WrongCode` with the tries that are left, `CodeExpired`, `NoCodeWanted`, or `Flooded`
        when Telegram asks to wait.
        """
        await self._door().ask(CodeRequest(code=code), timeout=ANSWER_SECONDS)

    async def resend_code(self) -> None:
        """Have another code sent, the next way: another `CodeNeeded` follows.

        Raises `NoOtherCode`, `NoCodeWanted`, or `Flooded` when Telegram asks to wait.
        """
        await self._door().ask(ResendRequest(), timeout=ANSWER_SECONDS)

    async def password(self, password: str) -> None:
        """Prove the two-step password that a login has asked for with `PasswordNeeded`.

        The login then goes on by itself. Raises `WrongPassword` with the tries that are left,
        `NoPasswordWanted`, or `Flooded` when Telegram asks to wait.
        """
        await self._door().ask(PasswordRequest(password=password), timeout=ANSWER_SECONDS)

    async def cancel_login(self) -> bool:
        """End the login that runs, for all who joined it; return whether there was one."""
        return await self._door().ask(CancelLogin())


def _keys(api_id: int | None, api_hash: str | None) -> tuple[int, str] | None:
    if api_id is None and api_hash is None:
        return None
    if not api_id or not api_hash or api_id < 0:
        raise ValueError("api_id and api_hash belong together: a positive number and its hash")
    return api_id, api_hash
