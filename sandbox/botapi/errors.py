"""What the sandbox's Bot API refuses to a test, and why."""

from sandbox.errors import SandboxError


class BotApiNotRunning(SandboxError):
    """The Bot API is not running: use it inside `with BotApi() as api`."""


class BotApiStalled(SandboxError):
    """The Bot API did not answer in time: its loop is blocked, see the thread "botapi"."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds


class NothingLikeThat(SandboxError):
    """No such message came in time: compare what was waited for with what the bot has said."""

    def __init__(self, seconds: float, said: tuple[str, ...]) -> None:
        self.seconds = seconds
        self.said = said


class NoSuchButton(SandboxError):
    """The message has no button with that label or data: choose one of those it has."""

    def __init__(self, button: str, there: tuple[str, ...]) -> None:
        self.button = button
        self.there = there


class NoSuchMessage(SandboxError):
    """The chat has no such message, or it was deleted: take one from the person's inbox."""

    def __init__(self, chat: int, message: int) -> None:
        self.chat = chat
        self.message = message


class NotAMember(SandboxError):
    """That person is not in the group: name them in api.group(..., members=...)."""

    def __init__(self, person: int, group: int) -> None:
        self.person = person
        self.group = group


class GroupEmpty(SandboxError):
    """Somebody must add the bot to a group: name them first in api.group(..., members=...)."""

    def __init__(self, group: int) -> None:
        self.group = group


class BotBlocked(SandboxError):
    """Who has blocked the bot, or is deleted, sends it nothing: let them unblock it first."""

    def __init__(self, person: int) -> None:
        self.person = person
