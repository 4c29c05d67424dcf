"""The world of the demo: one reader, fifteen channels, thirty-six posts of the last hours."""

import json
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from sandbox.world import World


def demo_world(now: datetime | None = None) -> World:
    """Build the world; its posts are spread over the fifteen hours before `now`."""
    moment = now or datetime.now(UTC)
    texts, world = _texts(), World()
    person = world.person(**texts["person"])
    for entry in texts["channels"]:
        channel = world.channel(entry["title"], username=entry["username"], id=entry["id"])
        world.follow(person, channel)
        for post in entry["posts"]:
            world.publish(channel, post["text"], at=moment - timedelta(minutes=post["minutes_ago"]))
    return world


def later_posts() -> tuple[tuple[int, str], ...]:
    """Three posts the demo publishes while it runs, as channel id and text."""
    return tuple((post["channel"], post["text"]) for post in _texts()["later"])


@cache
def _texts() -> Any:
    return json.loads(files("sandbox").joinpath("demo_posts.json").read_text("utf-8"))
