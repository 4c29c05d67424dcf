"""What the sandbox refuses, and why."""


class SandboxError(Exception):
    """The sandbox refused; see the message for what to do."""

    def __str__(self) -> str:
        """The docstring of the class, with what its attributes add."""
        text = " ".join((type(self).__doc__ or "").split())
        own = {name: value for name, value in vars(self).items() if not name.startswith("_")}
        facts = ", ".join(f"{name}: {value!r}" for name, value in own.items())
        return f"{text} ({facts})" if facts else text


class TokenInvalid(SandboxError):
    """This login token was never issued here: scan the link of this sandbox's own login."""

    def __init__(self, url: str) -> None:
        self.url = url


class TokenExpired(SandboxError):
    """This login token is no longer valid: ask the client for a new code and scan that one."""

    def __init__(self, url: str) -> None:
        self.url = url


class TokenAlreadyAccepted(SandboxError):
    """This login token was scanned before: ask the client for a new code and scan that one."""

    def __init__(self, url: str) -> None:
        self.url = url


class UnknownPerson(SandboxError):
    """Nobody in this world has that id: add them with world.person(...) first."""

    def __init__(self, person: int) -> None:
        self.person = person


class UnknownChannel(SandboxError):
    """No channel in this world has that id: add it with world.channel(...) first."""

    def __init__(self, channel: int) -> None:
        self.channel = channel


class UnknownPost(SandboxError):
    """The channel has no such post: it was never published, or it is deleted."""

    def __init__(self, channel: int, post: int) -> None:
        self.channel = channel
        self.post = post


class IdTaken(SandboxError):
    """That id or username is taken, or below the newest one: leave it out to get the next."""

    def __init__(self, taken: int | str) -> None:
        self.taken = taken


class DateOutOfOrder(SandboxError):
    """Dates of a channel grow with its ids: publish older posts first, or use a later date."""

    def __init__(self, at: str, newest: str) -> None:
        self.at = at
        self.newest = newest


class NaiveDate(SandboxError):
    """Dates carry a time zone: pass an aware datetime, for example datetime.now(UTC)."""

    def __init__(self, at: str) -> None:
        self.at = at


class WorldIsServed(SandboxError):
    """A served world changes on its server's loop only: use the methods of Sandbox, or run()."""


class UnknownMethod(SandboxError):
    """Telegram has no such method: write it as in its documentation, "messages.getHistory"."""

    def __init__(self, method: str) -> None:
        self.method = method


class HoldNotReached(SandboxError):
    """No matching call arrived in time: check the method, the user and the calls of the sandbox."""

    def __init__(self, method: str, timeout: float) -> None:
        self.method = method
        self.timeout = timeout


class SandboxNotRunning(SandboxError):
    """The sandbox is not running: use it inside `with Sandbox(world) as sandbox`."""


class SandboxStalled(SandboxError):
    """The sandbox did not answer in time: its loop is blocked, see the thread "sandbox"."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds


class UnknownDataCentre(SandboxError):
    """A sandbox has the data centres 2 and 4 only: choose one of them."""

    def __init__(self, dc: int) -> None:
        self.dc = dc


class PostProtected(SandboxError):
    """This post may not be forwarded: publish its text as a post of its own instead."""

    def __init__(self, channel: int, post: int) -> None:
        self.channel = channel
        self.post = post


class NoCodeSent(SandboxError):
    """No login code is on its way to that person: let the client ask for one first."""

    def __init__(self, person: int) -> None:
        self.person = person


class NoPhone(SandboxError):
    """That person has no phone number: give them one with world.person(..., phone=...)."""

    def __init__(self, person: int) -> None:
        self.person = person


class FaultInvalid(SandboxError):
    """A fault has a method and exactly one of error, cut, silent, delay and hold: correct it."""

    def __init__(self, fault: str) -> None:
        self.fault = fault


class WorldFileInvalid(SandboxError):
    """This file describes no world: correct the place that is named, and load it again."""

    def __init__(self, file: str, where: str, problem: str) -> None:
        self.file = file
        self.where = where
        self.problem = problem


class NotAPost(SandboxError):
    """A service message is not edited, pinned, forwarded or counted: choose a post."""

    def __init__(self, channel: int, post: int) -> None:
        self.channel = channel
        self.post = post
