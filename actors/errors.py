"""What the domain refuses, and what the person can do about it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, TypeAlias

from runtime import Refusal

Fate: TypeAlias = Literal["left", "banned", "private", "deleted"]
"""Why an account can read a channel no more."""


class LoginRequired(Refusal):
    """Account {account} is not logged in ({why}). Log in first: `tgactors login {account}`, or
    `async for step in actors.user({account}).login()`.
    """  # noqa: D205

    def __init__(self, account: int, why: str) -> None:
        super().__init__(account, why)
        self.account = account
        self.why = why


class TelegramUnreachable(Refusal):
    """Telegram could not be reached ({why}). Nothing is lost: try again in a moment, and check the
    network if it goes on.
    """  # noqa: D205

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Flooded(Refusal):
    """Telegram asks this account to wait until {until}. Ask again after that."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until)
        self.until = until


class SessionRevoked(Refusal):
    """Telegram no longer accepts this session ({reason}). Log in again."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ChannelClosed(Refusal):
    """Telegram does not let this account read the channel ({reason}). Join it again to read on."""

    def __init__(self, reason: str, why: Fate | None = None) -> None:
        super().__init__(reason, why)
        self.reason = reason
        self.why = why
        """What became of the access, where Telegram tells; None: it may be back the next time."""


class NoSuchChannel(Refusal):
    """No channel is found by {what}. Give a public channel's @name or t.me link, or an invite link;
    a link to a private channel (t.me/c/…) works for who has joined it.
    """  # noqa: D205

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class NotAChannel(Refusal):
    """{what} is a group or a person. Only channels are read: give a channel's @name or link."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class NoSuchFolder(Refusal):
    """No folder is called {named!r}; there are: {titles}. Give one of these, or make the folder in
    Telegram's own app first.
    """  # noqa: D205

    def __init__(self, named: str, known: tuple[str, ...]) -> None:
        super().__init__(named, known)
        self.named = named
        self.known = known
        self.titles = ", ".join(known) or "none"


class SharedFolder(Refusal):
    """{what} shares a folder of several chats. Add it in Telegram's own app, then follow the folder
    by its name: `folder:NAME`, or `tgactors follow ID --folder NAME`.
    """  # noqa: D205

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class InviteDead(Refusal):
    """The invite lets this account in nowhere ({reason}). Ask whoever gave it for a new one."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class JoinPending(Refusal):
    """Joining {title} was asked for, and its owners have to agree. Try again when they have."""

    def __init__(self, title: str) -> None:
        super().__init__(title)
        self.title = title


class TooManyChannels(Refusal):
    """The account is in as many channels as Telegram allows. Leave some in Telegram's own app, then
    try again.
    """  # noqa: D205


class PasswordRequired(Refusal):
    """The account is protected by a two-step password (hint: {hint})."""

    def __init__(self, hint: str) -> None:
        super().__init__(hint)
        self.hint = hint


class PasswordWrong(Refusal):
    """Telegram does not accept this password."""


class WrongPassword(Refusal):
    """The two-step password is wrong; {left} tries are left. It is the one set in Telegram under
    Settings, Privacy, Two-Step Verification: check the keyboard's language.
    """  # noqa: D205

    def __init__(self, left: int) -> None:
        super().__init__(left)
        self.left = left


class NoPasswordWanted(Refusal):
    """No login waits for a password. Log in first; send it when the login says PasswordNeeded."""


class NoCodeWanted(Refusal):
    """No login waits for a code. Log in with a phone number first; send the code when the login
    says CodeNeeded.
    """  # noqa: D205


class CodeWrong(Refusal):
    """Telegram does not accept this code."""


class CodeExpired(Refusal):
    """The code has expired. Ask for another: codes are good for a few minutes, and one that was
    typed into a chat for seconds only.
    """  # noqa: D205


class WrongCode(Refusal):
    """The code is not the one Telegram has sent last; {left} tries are left. Enter the digits of
    the newest one.
    """  # noqa: D205

    def __init__(self, left: int) -> None:
        super().__init__(left)
        self.left = left


class NoOtherCode(Refusal):
    """Telegram sends no other code now ({reason}). Use the one that came, wait a while, or log in
    by QR code.
    """  # noqa: D205

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class PhoneRefused(Refusal):
    """Telegram does not log in by this phone number ({reason}). Give the number of an existing
    account with its country code, like +49 151 23456789, or log in by QR code.
    """  # noqa: D205

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ApiKeysRefused(Refusal):
    """Telegram does not accept the API id and hash ({reason}). Copy both from
    https://my.telegram.org once more.
    """  # noqa: D205

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class AuthorisationKept(Refusal):
    """Telegram did not end that session ({reason}). List the account's sessions again; one younger
    than a day may not end others: use Telegram's own app, Settings, Devices.
    """  # noqa: D205

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class SessionFileUnusable(Refusal):
    """The session from {source} cannot be imported: {why}. Give a Telethon .session file that
    belongs to a logged-in account, or its string session.
    """  # noqa: D205

    def __init__(self, source: str, why: str) -> None:
        super().__init__(source, why)
        self.source = source
        self.why = why


class WrongAccount(Refusal):
    """The session belongs to account {owner}, not to {account}. Import it as the account it is."""

    def __init__(self, owner: int, account: int) -> None:
        super().__init__(owner, account)
        self.owner = owner
        self.account = account


class AlreadyLoggedIn(Refusal):
    """Account {account} is logged in here already. Log it out first to use another session:
    `tgactors logout {account}`.
    """  # noqa: D205

    def __init__(self, account: int) -> None:
        super().__init__(account)
        self.account = account


class Interrupted(Refusal):
    """This was ended because account {account} was being logged out. Log in again to go on."""

    def __init__(self, account: int) -> None:
        super().__init__(account)
        self.account = account


class TelegramNotConfigured(Refusal):
    """No Telegram is configured. Set TGACTORS_API_ID and TGACTORS_API_HASH (from
    https://my.telegram.org), or try it without an account: run `tgactors sandbox --scan` and set
    TGACTORS_TELEGRAM to the address it prints.
    """  # noqa: D205


class BadTelegramAddress(Refusal):
    """{address!r} is no sandbox address. Use sandbox://127.0.0.1:PORT, on a loopback address: the
    sandbox's key is public, so it is trusted nowhere else. The word sandbox alone is for `tgactors
    serve`, which brings one of its own.
    """  # noqa: D205

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address


class MixedTelegrams(Refusal):
    """This process has {one} open and cannot open {other}: the sandbox's public key must never
    vouch for a real account. Use a process of its own for each.
    """  # noqa: D205

    def __init__(self, one: str, other: str) -> None:
        super().__init__(one, other)
        self.one = one
        self.other = other


class BadSettings(Refusal):
    """The configuration has problems. {problems}"""  # noqa: D400

    def __init__(self, problems: str) -> None:
        super().__init__(problems)
        self.problems = problems


class HouseOpen(Refusal):
    """A house is open in this process already. Use `actors.user(id)`, or close it first."""


class HouseClosed(Refusal):
    """No house is open in this process. Use `async with actors.open(): ...` around this."""
