"""The requests of a page, answered."""

import asyncio
import json
from importlib.resources import files
from typing import Any, Final

from aiohttp import web

from sandbox.botapi import NothingLikeThat, Press, Shown
from sandbox.errors import SandboxError
from sandbox.play.actions import Done, perform
from sandbox.play.errors import GivenInvalid, NoSuchFile
from sandbox.play.feed import Feed, News
from sandbox.play.guard import OPEN, refusal
from sandbox.play.messages import image_type
from sandbox.play.phone import channel_posts
from sandbox.play.stage import Stage

_ALIVE: Final = 15.0  # seconds, after which a page is told that nothing has happened
_PRESS: Final = 10.0  # seconds that a button waits for the bot
_PAGES: Final = {
    "": ("index.html", "text/html"),
    "style.css": ("style.css", "text/css"),
    "app.js": ("app.js", "text/javascript"),
    "wire.js": ("wire.js", "text/javascript"),
    "chat.js": ("chat.js", "text/javascript"),
    "prose.js": ("prose.js", "text/javascript"),
    "phone.js": ("phone.js", "text/javascript"),
    "channels.js": ("channels.js", "text/javascript"),
    "faults.js": ("faults.js", "text/javascript"),
}


class Desk:
    """Answers whoever the guard has let in."""

    def __init__(self, stage: Stage, feed: Feed) -> None:
        self._stage = stage
        self._feed = feed
        self._one_at_a_time = asyncio.Lock()

    @property
    def routes(self) -> list[web.RouteDef]:
        """What is asked where."""
        return [
            web.get("/{name:[a-z.]*}", self.page, name=OPEN),
            web.get("/events/{person:\\d+}", self.events),
            web.get("/posts/{channel:\\d+}", self.posts),
            web.get("/photo/{person:\\d+}/{message:\\d+}", self.photo),
            web.get("/document/{person:\\d+}/{message:\\d+}", self.document),
            web.post("/do/{action}", self.act),
        ]

    async def page(self, request: web.Request) -> web.Response:
        """A file of the page."""
        found = _PAGES.get(request.match_info["name"])
        if found is None:
            return refusal(404, "NotFound", "There is no such page: open the printed address.")
        name, kind = found
        data = await asyncio.to_thread(files("sandbox.play").joinpath("page", name).read_bytes)
        return web.Response(body=data, content_type=kind, charset="utf-8")

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Everything there is, and then whatever changes, until the page goes."""
        person = int(request.match_info["person"]) or await asyncio.to_thread(self._stage.first)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        try:
            with self._feed.subscribed(person) as told:
                told.state = await asyncio.to_thread(self._stage.state, person)
                chat = await asyncio.to_thread(self._stage.chat, person)
                await response.prepare(request)
                await response.write(_event(News("all", {"chat": chat, "state": told.state})))
                while (news := await told.next(_ALIVE)) is None or news.kind is not None:
                    await response.write(b":\n\n" if news is None else _event(news))
                return response
        except SandboxError as error:
            return _said(error)
        except ConnectionResetError:  # the page went while it was told
            return response

    async def posts(self, request: web.Request) -> web.Response:
        """The newest posts of a channel."""
        channel = int(request.match_info["channel"])
        try:
            found = await asyncio.to_thread(channel_posts, self._stage.telegram, channel)
        except SandboxError as error:
            return _said(error)
        return web.json_response({"posts": found})

    async def photo(self, request: web.Request) -> web.Response:
        """The picture of a message."""
        data = (await self._message(request)).photo
        if data is None:
            return _said(NoSuchFile())
        return web.Response(body=data, content_type=image_type(data))

    async def document(self, request: web.Request) -> web.Response:
        """The file of a message, to be saved and never shown."""
        data = (await self._message(request)).document
        if data is None:
            return _said(NoSuchFile())
        return web.Response(body=data, content_type="application/octet-stream")

    async def act(self, request: web.Request) -> web.Response:
        """Do something, one after the other; only an answer of the bot is waited for beside."""
        try:
            fields = await _fields(request)
            async with self._one_at_a_time:
                action = request.match_info["action"]
                done = await asyncio.to_thread(perform, self._stage, action, fields)
        except SandboxError as error:
            return _said(error)
        self._feed.look()
        facts = dict(done.facts) if done.press is None else await _answer(done.press)
        return web.json_response(_facts(done, facts))

    async def _message(self, request: web.Request) -> Shown:
        person, number = (int(request.match_info[name]) for name in ("person", "message"))
        try:
            return (await asyncio.to_thread(self._stage.person, person)).message(number)
        except SandboxError as error:
            raise web.HTTPNotFound(text=str(error)) from None


async def _fields(request: web.Request) -> dict[str, Any]:
    """The fields of an action; only JSON is, which no form of another page can send."""
    if request.content_type != "application/json":
        raise GivenInvalid("Content-Type", "it must be application/json")
    try:
        fields = await request.json()
    except ValueError:
        raise GivenInvalid("body", "it is no JSON") from None
    if not isinstance(fields, dict):
        raise GivenInvalid("body", "it must be a JSON object")
    return fields


async def _answer(press: Press) -> dict[str, Any]:
    """What the bot answers to a pressed button."""
    try:
        answer = await press.awaited(_PRESS)
    except NothingLikeThat:
        said = f"The bot has not answered for {_PRESS:.0f} s: look at what the service logs."
        return {"notice": said, "alert": False}
    return {"notice": answer.text, "alert": answer.is_alert, "url": answer.url}


def _facts(done: Done, facts: dict[str, Any]) -> dict[str, Any]:
    return {"said": done.said, **facts}


def _said(error: SandboxError) -> web.Response:
    return refusal(409, type(error).__name__, str(error))


def _event(news: News) -> bytes:
    return f"event: {news.kind}\ndata: {json.dumps(news.facts)}\n\n".encode()
