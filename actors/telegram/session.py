"""A Telethon session that is a small record, kept sealed in the database."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from telethon import utils
from telethon.crypto import AuthKey
from telethon.sessions import MemorySession
from telethon.tl import types

from actors.errors import SessionRevoked

UNREADABLE = "RECORD_UNREADABLE"

_VERSION = 1
_KEY_BYTES = 256
_Row = tuple[int, int, str | None, str | None, str | None]
_Long = Annotated[int, Field(ge=-(2**63), lt=2**63)]
_Time = Annotated[int, Field(ge=0, lt=2**33)]


class _Record(BaseModel):
    """What lies in the database; anything else is refused, not guessed."""

    model_config = ConfigDict(strict=True, extra="forbid", hide_input_in_errors=True)

    version: Literal[1]
    dc: tuple[int, str | None, Annotated[int, Field(ge=0, lt=2**16)] | None]
    key: str
    updates: list[tuple[_Long, int, int, _Time, int]]
    entities: list[tuple[_Long, _Long, str | None]]
    api: tuple[int, str] | None = None

    def auth_key(self) -> AuthKey | None:
        """Return the key to Telegram, if there is one; raise ValueError for what is none."""
        key = base64.b64decode(self.key, validate=True)
        if key and len(key) != _KEY_BYTES:
            raise ValueError("a key has 256 bytes")
        return AuthKey(key) if key else None


class RecordSession(MemorySession):
    """Keep data centre, key, update states, API keys, and the entities of channels and oneself.

    Touches no disk. Without the update states a restarted client would catch up nothing, without
    the entities it could not name a channel. Raises `SessionRevoked` for bytes that are no record.
    """

    def __init__(self, record: bytes | None = None) -> None:
        super().__init__()
        self._rows: dict[int, _Row] = {}
        self.api: tuple[int, str] | None = None
        """The API id and hash that the account logged in with, if they are its own."""
        if record is not None:
            try:
                self._restore(_Record.model_validate_json(record))
            except (ValidationError, ValueError):
                raise SessionRevoked(UNREADABLE) from None

    def record(self) -> bytes:
        """Return the session as bytes; equal sessions give equal bytes."""
        key = self._auth_key.key if self._auth_key else b""
        content: dict[str, Any] = {
            "version": _VERSION,
            "dc": [self._dc_id, self._server_address, self._port],
            "key": base64.b64encode(key or b"").decode(),
            "updates": sorted(
                [id_, s.pts, s.qts, int(s.date.timestamp()), s.seq]
                for id_, s in self._update_states.items()
            ),
            # A phone number and a name are nothing a channel needs to be found again.
            "entities": sorted([id_, hash_, name] for id_, hash_, name, _, _ in self._entities),
        }
        if self.api is not None:
            content["api"] = self.api
        return json.dumps(content, separators=(",", ":"), sort_keys=True).encode()

    def _restore(self, content: _Record) -> None:
        self.set_dc(*content.dc)
        self._auth_key = content.auth_key()
        self.api = content.api
        for id_, pts, qts, at, seq in content.updates:
            date = datetime.fromtimestamp(at, UTC)
            self._update_states[id_] = types.updates.State(pts, qts, date, seq, unread_count=0)
        self.remember(content.entities)

    def remember(self, entities: Iterable[tuple[int, int, str | None]]) -> None:
        """Keep entities, each by its marked id, its access hash and its username."""
        self._rows.update({id_: (id_, hash_, name, None, None) for id_, hash_, name in entities})
        self._entities = set(self._rows.values())

    def named(self, name: str) -> tuple[int, int] | None:
        """Return the id and access hash of the channel that had a name when it was seen last."""
        for id_, hash_, known, _, _ in self._rows.values():
            if id_ < 0 and known is not None and known.lower() == name.lower():
                return utils.resolve_id(id_)[0], hash_
        return None

    def numbered(self, channel: int) -> tuple[int, int] | None:
        """Return the id and access hash of a channel that was seen before."""
        row = self._rows.get(utils.get_peer_id(types.PeerChannel(channel)))
        return None if row is None else (channel, row[1])

    def process_entities(self, tlo: Any) -> None:
        """Remember the channels and oneself among what an answer brought."""
        fresh = {row[0]: row for row in self._entities_to_rows(tlo)}
        if any(self._rows.get(id_) != row for id_, row in fresh.items()):
            self._rows.update(fresh)
            self._entities = set(self._rows.values())

    def _entity_to_row(self, e: Any) -> _Row | None:
        if not (isinstance(e, types.Channel) or (isinstance(e, types.User) and e.is_self)):
            return None
        row = super()._entity_to_row(e)
        return None if row is None else (row[0], row[1], row[2], None, None)
