"""A login that needs no logging in."""

from dataclasses import dataclass, field

from telethon.crypto import AuthKey
from telethon.sessions import StringSession


@dataclass(frozen=True, slots=True, kw_only=True)
class Minted:
    """What a client needs to be a person at once."""

    dc_id: int
    host: str
    port: int
    auth_key: bytes = field(repr=False)
    user_id: int

    def string(self) -> str:
        """The same as the text of a Telethon StringSession."""
        session = StringSession()
        session.set_dc(self.dc_id, self.host, self.port)
        session.auth_key = AuthKey(self.auth_key)
        return str(session.save())
