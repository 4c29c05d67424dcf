"""What a command is refused when a service runs on its data folder."""

from __future__ import annotations

from actors import Refusal


class RefusedThere(Refusal):
    """{text}"""  # noqa: D400

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class ServiceGone(Refusal):
    """The service at {address} ended before it had answered ({why}). Repeat the command: it asks
    the service if one runs by then, and otherwise does the work itself.
    """  # noqa: D205

    def __init__(self, address: str, why: str) -> None:
        super().__init__(address, why)
        self.address = address
        self.why = why


class NoService(Refusal):
    """No service runs on {folder}. Start it with `tgactors serve`, or name the folder of one that
    runs with --data.
    """  # noqa: D205

    def __init__(self, folder: str) -> None:
        super().__init__(folder)
        self.folder = folder


class ServiceOtherVersion(Refusal):
    """The service at {address} is of version {theirs}, and this is version {ours}. Restart it, so
    that both are the same: `tgactors serve`.
    """  # noqa: D205

    def __init__(self, address: str, theirs: str, ours: str) -> None:
        super().__init__(address, theirs, ours)
        self.address = address
        self.theirs = theirs
        self.ours = ours


class ServiceDiffers(Refusal):
    """The service at {address}, which has this data folder, was started with another {setting}.
    Leave that out here, or restart the service with it.
    """  # noqa: D205

    def __init__(self, address: str, setting: str) -> None:
        super().__init__(address, setting)
        self.address = address
        self.setting = setting


class AlreadyServing(Refusal):
    """Process {pid} serves this data folder already, at {address}. Use that one, stop it first, or
    choose another folder with TGACTORS_DATA.
    """  # noqa: D205

    def __init__(self, pid: int, address: str) -> None:
        super().__init__(pid, address)
        self.pid = pid
        self.address = address
