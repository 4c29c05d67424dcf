"""What the providers of the sandbox refuse, and why."""

from sandbox.errors import SandboxError


class ProvidersNotRunning(SandboxError):
    """The providers are not running: use them inside `with Providers() as providers`."""


class ProvidersStalled(SandboxError):
    """The providers did not answer in time: their loop is blocked, see the thread "providers"."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds


class RuleInvalid(SandboxError):
    """This fault does not strike that kind of call: leave `of` out, or name a kind it strikes."""

    def __init__(self, fault: str, of: str, strikes: tuple[str, ...]) -> None:
        self.fault = fault
        self.of = of
        self.strikes = strikes
