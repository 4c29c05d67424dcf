"""Numbers that buttons carry; a button that says others is a forged one, and nobody's."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import Field

ChannelId: TypeAlias = Annotated[int, Field(ge=0, lt=2**63)]
"""A channel; 0 where none is meant."""
PageNumber: TypeAlias = Annotated[int, Field(ge=0, le=9999)]
