"""What the front doors refuse by themselves."""

from __future__ import annotations

from actors import Refusal


class NoSuchChannel(Refusal):
    """Account {account} follows no channel {named!r}. See which it follows: `tgactors channels
    {account}`; a new one is known after the next `tgactors parse {account}`.
    """  # noqa: D205

    def __init__(self, account: int, named: str) -> None:
        super().__init__(account, named)
        self.account = account
        self.named = named


class PortTaken(Refusal):
    """Port {port} of 127.0.0.1 cannot be used ({why}). End what listens there, or choose another:
    `tgactors {command} --port {other}`; 0 takes any free one.
    """  # noqa: D205

    def __init__(self, port: int, why: str, command: str = "sandbox") -> None:
        super().__init__(port, why, command)
        self.port = port
        self.command = command
        self.why = why
        self.other = port + 1 if port < 65535 else 0


class FolderNotEmpty(Refusal):
    """The folder {path} holds something already, and the demo keeps its data in a new one only.
    Name another: `tgactors demo --keep DIR`.
    """  # noqa: D205

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


class WorldFileInvalid(Refusal):
    """The file {path} describes no world. {where}{problem} Mend it and run this again."""

    def __init__(self, path: str, where: str, problem: str) -> None:
        super().__init__(path, where, problem)
        self.path = path
        self.where = f"At {where}: " if where else ""
        self.problem = problem if problem.endswith(".") else f"{problem}."


class NothingToRead(Refusal):
    """There was nothing to read {what} from. Run this in a terminal and type it there, or give it
    as a line of standard input.
    """  # noqa: D205

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class NotConfirmed(Refusal):
    """What was typed is not {account}, so nothing was deleted. Type the id of the account, or run
    `tgactors forget {account} --yes`.
    """  # noqa: D205

    def __init__(self, account: int) -> None:
        super().__init__(account)
        self.account = account


class SessionInArgument(Refusal):
    """A session was given as an argument, where every user of this machine can see it. End it in
    Telegram under Settings, Devices; and give the next one on standard input: `tgactors
    import-session -`.
    """  # noqa: D205


class NoSuchInvite(Refusal):
    """There is no invite {invite} that could be revoked. See which there are: `tgactors invites
    list`.
    """  # noqa: D205

    def __init__(self, invite: int) -> None:
        super().__init__(invite)
        self.invite = invite


class NoSuchToken(Refusal):
    """There is no token {token} that could be revoked. See which there are: `tgactors tokens
    list`.
    """  # noqa: D205

    def __init__(self, token: int) -> None:
        super().__init__(token)
        self.token = token


class BotTokenRefused(Refusal):
    """Telegram knows no bot with this token. Copy it from @BotFather into TGACTORS_BOT_TOKEN, or
    leave that out to serve without a bot.
    """  # noqa: D205


class LeaseRanOut(Refusal):
    """This process was silent for longer than its lease lasts, so others may serve its accounts
    by now, and it ends. Let it be started again: `tgactors serve`.
    """  # noqa: D205


class AddressTaken(Refusal):
    """HTTP cannot be served at {host}, port {port} ({why}). End what listens there, or set
    TGACTORS_HTTP_HOST and TGACTORS_HTTP_PORT to what is free; port 0 takes any.
    """  # noqa: D205

    def __init__(self, host: str, port: int, why: str) -> None:
        super().__init__(host, port, why)
        self.host = host
        self.port = port
        self.why = why
