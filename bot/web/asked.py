"""What may stand in a request: ids, times, words, and how many of each."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Final, TypeAlias

from fastapi import Path, Query
from pydantic import AfterValidator, AwareDatetime, StringConstraints

from actors.inquiry import LONGEST
from storage.cursors import LONGEST as LONGEST_CURSOR
from storage.cursors import Cursor

MOST_WORDS: Final = 50
MOST_CHANNELS: Final = 1000
EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2500, 1, 1, tzinfo=UTC)


def _possible(moment: datetime) -> datetime:
    if not EARLIEST <= moment <= LATEST:
        raise ValueError(f"a time is from {EARLIEST.year} to {LATEST.year}")
    return moment


def _cursor(text: str) -> str:
    Cursor.read(text)
    return text


Moment: TypeAlias = Annotated[AwareDatetime, AfterValidator(_possible)]
"""In ISO-8601 with an offset."""
Id: TypeAlias = Annotated[int, Query(ge=1, lt=2**63)]
Word: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Text: TypeAlias = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST)
]

Since = Annotated[Moment | None, Query(description="Not published before it.")]
Until = Annotated[Moment | None, Query(description="Published before it.")]
Tags = Annotated[
    tuple[Word, ...], Query(alias="tag", max_length=MOST_WORDS, description="Having one of them.")
]
Channels = Annotated[
    tuple[Id, ...],
    Query(alias="channel", max_length=MOST_CHANNELS, description="Of these; none: of all."),
]
OneChannel = Annotated[Id | None, Query(description="Of this one.")]
Before = Annotated[
    Annotated[str, AfterValidator(_cursor)] | None,
    Query(max_length=LONGEST_CURSOR, description="`next` of the page before."),
]
ChannelId = Annotated[int, Path(ge=1, lt=2**63)]
PostId = Annotated[int, Path(ge=1, lt=2**31)]
RowId = Annotated[int, Path(ge=1, lt=2**63)]
