"""What the page is refused, and why."""

from sandbox.errors import SandboxError


class PlayError(SandboxError):
    """The page was refused; see the message for what to do."""


class GivenInvalid(PlayError):
    """A field is missing, or not as it must be: correct it, and send the form again."""

    def __init__(self, field: str, problem: str) -> None:
        self.field = field
        self.problem = problem


class NoSuchAction(PlayError):
    """The page knows no such action: reload it, it may be older than this server."""

    def __init__(self, action: str) -> None:
        self.action = action


class NoLoginShown(PlayError):
    """No login code that is still good is in the chat: write /login to the bot, then scan it."""


class NoSuchSession(PlayError):
    """This session has ended already: look at the list again."""


class NoSuchFile(PlayError):
    """This message has no such file: reload the page to see it as it is now."""


class TooManyPages(PlayError):
    """So many pages are open that no other is told of changes: close some of them, and reload."""

    def __init__(self, most: int) -> None:
        self.most = most
