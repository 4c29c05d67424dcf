"""Channels: what a person follows, and how much of it was read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Self

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from actors.people import MOST_DEPTH, User
from actors.values import Channel, FollowedFolder
from bot.refusals import NoSuchChannel
from bot.web.access import Known
from bot.web.asked import ChannelId
from bot.web.problems import Refused, declare
from storage.rows import Coverage

MOST_DAYS = 36_500
SHORTEST, LONGEST = 1.0, 30 * 86_400.0

router = APIRouter(tags=["channels"], responses=declare(401, 403, 404, 422))


class Follow(BaseModel):
    """What to follow, and how deep to read it at first."""

    model_config = ConfigDict(extra="forbid")

    what: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
    """@name, a t.me link, an invite link, a link to a post, or `folder:NAME`."""
    depth: Annotated[int, Field(ge=1, le=MOST_DEPTH)] | None = None
    """How many of its newest posts."""
    days: Annotated[int, Field(ge=1, le=MOST_DAYS)] | None = None
    """How far back, instead."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.depth is not None and self.days is not None:
            raise ValueError("give either depth or days")
        if self.wants_folder and (self.depth, self.days) != (None, None):
            raise ValueError("a depth is a channel's: a folder is followed without one")
        return self

    @property
    def wants_folder(self) -> bool:
        """Whether it is a folder."""
        return self.what.casefold().startswith("folder:")


class Followed(BaseModel):
    """What is followed now: a channel, or a folder."""

    channel: Channel | None = None
    folder: FollowedFolder | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelCoverage:
    """How much of a channel was read."""

    id: int
    title: str
    coverage: Coverage
    """Message ids that were read: from the first up to, not including, the second."""
    holes: Coverage
    """What is still to be read."""
    floor: int | None
    """Up to which id nothing is wanted."""
    share: float
    """Which part of what the account may see was read, from 0 to 1."""
    read_at: datetime | None
    due_at: datetime | None


@router.get("/users/{account}/channels", summary="What a person follows")
async def channels(
    user: Known,
    *,
    known: Annotated[bool, Query(description="Also what is followed no more, and why.")] = False,
) -> tuple[Channel, ...]:
    """List channels, with what is held of each."""
    return await user.channels(known=known)


@router.post(
    "/users/{account}/channels",
    status_code=201,
    responses=declare(409),
    summary="Follow a channel or a folder",
)
async def follow(user: Known, wanted: Follow, response: Response) -> Followed:
    """Follow a channel; an invite is joined at Telegram. It is read with the next parse."""
    depth = wanted.depth if wanted.days is None else timedelta(days=wanted.days)
    number = await user.follow(wanted.what, depth=depth)
    if wanted.wants_folder:
        response.headers["Location"] = f"/users/{user.id}/folders/{number}"
        return Followed(folder=next(each for each in await user.folders() if each.id == number))
    response.headers["Location"] = f"/users/{user.id}/channels/{number}"
    return Followed(channel=await _one(user, number))


@router.get("/users/{account}/channels/{channel}", summary="One channel")
async def channel(user: Known, channel: ChannelId) -> Channel:
    """Return a channel that a person follows."""
    return await _one(user, channel)


@router.delete(
    "/users/{account}/channels/{channel}", status_code=204, summary="Follow a channel no more"
)
async def unfollow(user: Known, channel: ChannelId) -> None:
    """Follow a channel no more; what nobody else follows is removed with its posts."""
    if not await user.unfollow(channel):
        raise NoSuchChannel(user.id, str(channel))


@router.get("/users/{account}/folders", summary="Which folders a person follows")
async def folders(user: Known) -> tuple[FollowedFolder, ...]:
    """List folders; where there are none, everything is followed that Telegram lists."""
    return await user.folders()


@router.delete(
    "/users/{account}/folders/{folder}", status_code=204, summary="Follow a folder no more"
)
async def unfollow_folder(user: Known, folder: int) -> None:
    """Follow a folder no more, which is felt with the next parse."""
    found = [each for each in await user.folders() if each.id == folder]
    if not found or not await user.unfollow(f"folder:{found[0].title}"):
        raise Refused(404, "NoSuchFolder", "The person follows no such folder: list them first.")


@router.get("/users/{account}/coverage", summary="How much was read")
async def coverage(user: Known) -> tuple[ChannelCoverage, ...]:
    """Tell of each channel what was read, and what is still to be."""
    return tuple(
        ChannelCoverage(
            id=each.id,
            title=each.title,
            coverage=each.coverage,
            holes=each.holes,
            floor=each.floor,
            share=each.share,
            read_at=each.read_at,
            due_at=each.due_at,
        )
        for each in await user.channels()
    )


@router.put("/users/{account}/every", status_code=204, summary="How often channels are read")
async def read_every(
    user: Known,
    *,
    seconds: Annotated[
        float | None, Query(ge=SHORTEST, le=LONGEST, description="Left out: as by default.")
    ] = None,
    channel: Annotated[int | None, Query(ge=1, lt=2**63, description="Of this one.")] = None,
) -> None:
    """Have channels read so often by the schedule."""
    if channel is not None:
        await _one(user, channel)
    await user.read_every(seconds, channel=channel)


async def _one(user: User, channel: int) -> Channel:
    for each in await user.channels():
        if each.id == channel:
            return each
    raise NoSuchChannel(user.id, str(channel))
