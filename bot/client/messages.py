"""What is asked of a served house itself, beside what its actors are asked."""

from __future__ import annotations

from runtime import Request, StreamRequest, message


@message
class HolderRequest(Request[str | None]):
    """Tell which process has an account, if it is another one than the service."""

    account: int


@message
class NewcomerRequest(StreamRequest[str, None]):
    """Let in somebody whose account shows when they log in, for as long as this is listened to.

    Its only progress is the name of the actor that logs them in.
    """
