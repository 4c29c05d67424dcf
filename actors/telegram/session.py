"""A Telethon session that is a small record, kept sealed in the database."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any

from telethon.crypto import AuthKey
from telethon.sessions import MemorySession
from telethon.tl import types

_VERSION = 1
_Row = tuple[int, int, str | None, str | None, str | None]


class RecordSession(MemorySession):
    """Keep data centre, key, update states, and the entities of channels and of oneself.

    Touches no disk. Without the update states a restarted client would catch up nothing, without
    the entities it could not name a channel.
    """

    def __init__(self, record: bytes | None = None) -> None:
        super().__init__()
        self._rows: dict[int, _Row] = {}
        if record is not None:
            self._restore(json.loads(record))

    def record(self) -> bytes:
        """Return the session as bytes; equal sessions give equal bytes."""
        key = self._auth_key.key if self._auth_key else b""
        content = {
            "version": _VERSION,
            "dc": [self._dc_id, self._server_address, self._port],
            "key": base64.b64encode(key).decode(),
            "updates": sorted(
                [id_, s.pts, s.qts, int(s.date.timestamp()), s.seq]
                for id_, s in self._update_states.items()
            ),
            # A phone number and a name are nothing a channel needs to be found again.
            "entities": sorted([id_, hash_, name] for id_, hash_, name, _, _ in self._entities),
        }
        return json.dumps(content, separators=(",", ":"), sort_keys=True).encode()

    def _restore(self, content: dict[str, Any]) -> None:
        if content["version"] != _VERSION:
            raise ValueError(f"a session record of version {content['version']} is not known here")
        self.set_dc(*content["dc"])
        key = base64.b64decode(content["key"])
        self._auth_key = AuthKey(key) if key else None
        for id_, pts, qts, at, seq in content["updates"]:
            date = datetime.fromtimestamp(at, UTC)
            self._update_states[id_] = types.updates.State(pts, qts, date, seq, unread_count=0)
        self._rows = {
            id_: (id_, hash_, name, None, None) for id_, hash_, name in content["entities"]
        }
        self._entities = set(self._rows.values())

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
