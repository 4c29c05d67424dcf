"""Reading seen from both its ends: what Telegram shows an account, and what the house shows it."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

import actors
from actors.house import House
from actors.messages import SchedulerMessage, TickRequest
from runtime import ActorRef
from sandbox import Channel, Person, Post, Sandbox
from sandbox.sight import hidden_up_to, may_read
from storage.database import Database
from storage.queries import sql
from tests.scenarios.witness import until

OURS = ("store", "lease", "reader", "parser", "schedule", "account-", "newcomer-")
"""What the threads of a house are called."""

HISTORY = "messages.getHistory"
DIFFERENCE = "updates.getChannelDifference"
DIALOGS = "messages.getDialogs"


WRONG = """
WITH todo AS (
    SELECT kind, channel_id, post_id AS id FROM work WHERE dead_at IS NULL
), arrived AS (
    SELECT channel_id, unnest(posts) AS id FROM arrivals
), held AS (
    SELECT kind, channel_id, id FROM posts, unnest('{tag,index}'::text[]) AS kind
), messages AS (
    SELECT channel_id, unnest(CASE WHEN album IS NULL THEN ARRAY[id] ELSE parts END) AS id
    FROM posts
)
SELECT 'held twice' AS what, channel_id, id FROM messages GROUP BY channel_id, id
HAVING count(*) > 1
UNION ALL
SELECT 'held and not read', channel_id, posts.id
FROM posts JOIN channels ON channels.id = channel_id
WHERE NOT coverage @> posts.id
UNION ALL
SELECT 'held without ' || kind, channel_id, id FROM held
WHERE (kind, channel_id, id) NOT IN (SELECT * FROM todo)
    AND (channel_id, id) NOT IN (SELECT * FROM arrived)
UNION ALL
SELECT kind || ' of what is not held', channel_id, id FROM todo
WHERE kind <> 'unindex' AND (kind, channel_id, id) NOT IN (SELECT * FROM held)
UNION ALL
SELECT 'removal of what is held', channel_id, id FROM todo JOIN posts USING (channel_id, id)
WHERE kind = 'unindex'
"""
"""What must never be so: one look at one moment, as somebody may be storing meanwhile."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A post, as far as Telegram and the house must agree on it."""

    id: int
    text: str
    parts: tuple[int, ...] = ()


@asynccontextmanager
async def opened(
    settings: Mapping[str, str], *, schedule: bool = False, live: bool = False
) -> AsyncIterator[House]:
    """Open a house; no thread of it is left afterwards."""
    before = set(threading.enumerate())
    async with actors.open(
        data=settings["data"],
        telegram=settings["telegram"],
        database_url=settings["database_url"],
        session_keys=settings["session_keys"],
        schedule=schedule,
        live=live,
    ) as house:
        yield house
    left = [each for each in threading.enumerate() if each not in before]
    assert [each for each in left if each.name.startswith(OURS)] == []


async def admit(house: House, sandbox: Sandbox, *people: int) -> None:
    """Log people in, by sessions that were made elsewhere."""
    for person in people:
        async with house.newcomer() as newcomer:
            await newcomer.import_session(sandbox.mint(person).string())


def shown(sandbox: Sandbox, person: Person, channel: Channel) -> list[Seen]:
    """Return what Telegram shows a member of a channel, oldest first; an album is one post."""

    def look() -> list[Seen]:
        if channel.id not in person.follows or not may_read(person, channel):
            return []
        hidden = hidden_up_to(person, channel)
        posts = [channel.posts[each] for each in channel.ids if each > hidden]
        whole = groupby((each for each in posts if not each.service), lambda post: post.group)
        return [
            seen
            for group, parts in whole
            for seen in ([_album(list(parts))] if group else map(_single, parts))
        ]

    return sandbox.run(look)


def _single(post: Post) -> Seen:
    return Seen(post.id, post.text)


def _album(parts: list[Post]) -> Seen:
    text = "\n\n".join(each.text for each in parts if each.text)
    return Seen(parts[0].id, text, tuple(each.id for each in parts))


async def held(account: int, channel: Channel) -> list[Seen]:
    """Return what the house shows an account of a channel, oldest first."""
    posts = await actors.user(account).posts(limit=1000, channel=channel.id)
    return [Seen(post.id, post.text, post.parts) for post in reversed(posts)]


async def agree(sandbox: Sandbox, person: Person, *channels: Channel) -> None:
    """See that each read of a person shows exactly what Telegram shows, once and in order."""
    counts = {each.id: each.posts for each in await actors.user(person.id).channels()}
    everything = await actors.user(person.id).posts(limit=1000)
    for channel in channels:
        there = shown(sandbox, person, channel)
        assert await held(person.id, channel) == there, f"{channel.title} of {person.id}"
        assert counts.get(channel.id, 0) == len(there)
        assert [each.id for each in reversed(everything) if each.channel_id == channel.id] == [
            each.id for each in there
        ]
    assert everything == tuple(
        sorted(everything, key=lambda post: post.published_at, reverse=True)
    ), "the newest comes first"


def count(sandbox: Sandbox, *methods: str, since: int = 0, user: int | None = None) -> int:
    """Count the calls of some methods that arrived after a number, of one person or of all."""
    return sum(
        call.number > since and call.method in methods and user in (None, call.user)
        for call in sandbox.calls
    )


def newest_call(sandbox: Sandbox) -> int:
    """Return the number of the newest call there was."""
    return max((call.number for call in sandbox.calls), default=0)


async def windows_due(db: Database) -> None:
    """Let the newest messages of every channel be compared in its next reading."""
    await db.execute("UPDATE channels SET window_at = NULL")


async def work(db: Database) -> dict[str, set[tuple[int, int]]]:
    """Return the channel and id of each post with work to be done, by kind."""
    await db.execute(sql.spread_some_arrivals, 1_000_000)
    rows = await db.fetch("SELECT kind, channel_id, post_id FROM work WHERE dead_at IS NULL")
    found: dict[str, set[tuple[int, int]]] = {"tag": set(), "index": set(), "unindex": set()}
    for row in rows:
        found[row["kind"]].add((row["channel_id"], row["post_id"]))
    return found


async def stored(db: Database) -> set[tuple[int, int]]:
    """Return the channel and id of each post that is held, whoever may read it."""
    return {(row["channel_id"], row["id"]) for row in await db.fetch("SELECT * FROM posts")}


def ids(posts: Iterable[Seen]) -> list[int]:
    """Return the ids of posts."""
    return [post.id for post in posts]


async def tick(house: House) -> None:
    """Let the schedule look at once, as it does every few seconds by itself."""
    cell = house._system._registry.get("schedule")
    assert cell is not None, "the house has no schedule"
    await ActorRef[SchedulerMessage](cell).ask(TickRequest())


async def caught_up(db: Database, since: datetime) -> bool:
    """Whether every channel that somebody follows was read to its end after a time."""
    behind = await db.fetch_value(
        "SELECT count(*) FROM channels WHERE coalesce(caught_up_at <= $1, true) AND EXISTS"
        " (SELECT FROM subscriptions WHERE channel = channels.id AND wanted AND left_at IS NULL)",
        since,
    )
    return not behind


async def confirmed(db: Database) -> bool:
    """Whether what every account follows was listed, and is to be listed again much later."""
    waiting = await db.fetch_value(
        "SELECT count(*) FROM accounts WHERE state = 'READY'"
        " AND coalesce(confirm_at < now() + interval '1 hour', true)"
    )
    return not waiting


async def cycle(house: House, db: Database) -> None:
    """Have the schedule list what everybody follows and read every channel now, to its end."""
    since = await db.fetch_value("SELECT now()")
    await db.execute("UPDATE accounts SET confirm_at = NULL")
    await ticking(house, lambda: confirmed(db))
    await db.execute("UPDATE channels SET next_at = NULL")
    await ticking(house, lambda: caught_up(db, since))


async def ticking(house: House, holds: Callable[[], Awaitable[bool]]) -> None:
    """Let the schedule look again and again until something holds."""

    async def after_a_tick() -> bool:
        await tick(house)
        return await holds()

    await until(after_a_tick)


async def kept(db: Database, channel: Channel) -> list[Seen]:
    """Return what is held of a channel, whoever may read it, oldest first."""
    rows = await db.fetch("SELECT * FROM posts WHERE channel_id = $1 ORDER BY id", channel.id)
    return [Seen(row["id"], row["text"], tuple(row["parts"])) for row in rows]


async def grown(db: Database, before: Mapping[int, str]) -> Mapping[int, str]:
    """See that what was read has only grown; return what is read now."""
    rows = await db.fetch("SELECT id, coverage::text AS coverage FROM channels")
    now = {row["id"]: row["coverage"] for row in rows}
    for channel, spans in before.items():
        grown = "SELECT $1::text::int8multirange @> $2::text::int8multirange"
        assert await db.fetch_value(grown, now[channel], spans), f"{spans} has become {now}"
    return now


async def consistent(db: Database) -> None:
    """See that each message is held once, where it was read, and its post's work is to be done."""
    assert [tuple(row) for row in await db.fetch(WRONG)] == []
