"""A streamed completion, put together from its events. Pure."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from actors.providers.answers import Answer, refused_call, spent_of, told_status
from actors.providers.events import Events
from actors.providers.failure import broken
from actors.providers.refusals import is_filtered

DONE = "[DONE]"
LONGEST_ANSWER = 200_000
"""Characters of an answer; a model that goes on is out of its mind."""


class Streamed:
    """What has come of an answer so far."""

    def __init__(self, prompt: str, now: datetime) -> None:
        self._prompt = prompt
        self._now = now
        self._events = Events()
        self._pieces: list[str] = []
        self._length = 0
        self._finish: str | None = None
        self._done = False
        self._told: dict[str, Any] = {}

    @property
    def done(self) -> bool:
        """Whether the server has said that this was all."""
        return self._done

    def fed(self, piece: bytes) -> str:
        """Return what bytes add to the text; raises `Failed` for what is no part of an answer."""
        before = len(self._pieces)
        for data in self._events.fed(piece):
            if data.strip() == DONE:
                self._done = True
                break
            self._chunk(data)
        return "".join(self._pieces[before:])

    def answer(self) -> Answer:
        """Return the whole answer; raises `Failed` if the stream was cut or said nothing."""
        if not self._done and self._finish is None:
            raise broken("broke off in the middle of its answer")
        text = "".join(self._pieces)
        filtered = is_filtered(self._finish)
        if not filtered and not text.strip():
            raise broken("answered without a text")
        return Answer(text=text, filtered=filtered, spent=spent_of(self._told, self._prompt, text))

    def _chunk(self, data: str) -> None:
        try:
            chunk = json.loads(data)
        except (ValueError, RecursionError):
            chunk = None
        if not isinstance(chunk, dict):
            raise broken("sent an event that is no JSON object")
        status = told_status(chunk)
        if status is not None:
            raise refused_call(status, {}, chunk, self._now)
        for name in ("model", "usage"):
            if chunk.get(name):
                self._told[name] = chunk[name]
        choices = chunk.get("choices")
        choice = choices[0] if isinstance(choices, list) and choices else {}
        if isinstance(choice, dict):
            self._choice(choice)

    def _choice(self, choice: dict[str, Any]) -> None:
        finish = choice.get("finish_reason")
        if finish == "error":
            raise broken("broke off in the middle of its answer")
        if isinstance(finish, str) and finish:
            self._finish = finish
        delta = choice.get("delta")
        text = delta.get("content") if isinstance(delta, dict) else None
        if isinstance(text, str) and text:
            self._length += len(text)
            if self._length > LONGEST_ANSWER:
                raise broken("does not come to the end of its answer")
            self._pieces.append(text)
