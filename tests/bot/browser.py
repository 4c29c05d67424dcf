"""A headless Chromium, driven by its DevTools protocol."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import shutil
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import aiohttp
import pytest

PATIENCE: Final = 60.0
"""Seconds within which a page shows what it must, on a machine with much to do."""
_FLAGS: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--no-first-run",
    "--remote-debugging-port=0",
)
_WAIT: Final = """
new Promise((resolve, reject) => {
  const look = () => { const found = (() => (%s))(); if (found) { done(); resolve(found); } };
  const watch = new MutationObserver(look);
  const late = setTimeout(() => { done(); reject(new Error("never: " + %s)); }, %d);
  const done = () => { watch.disconnect(); clearTimeout(late); };
  const whatever = { subtree: true, childList: true, attributes: true, characterData: true };
  watch.observe(document, whatever);
  look();
})
"""


def chromium() -> str:
    """Return where Chromium is; without one, skip, or fail if it is required."""
    found = shutil.which("chromium")
    if found is None:
        why = "there is no chromium: `apt-get install -y chromium` has it"
        if os.environ.get("TGACTORS_REQUIRE_BROWSER"):
            pytest.fail(why)
        pytest.skip(why)
    return found


class Browser:
    """One tab; `errors` has what its console complained of."""

    def __init__(self, program: str, folder: Path) -> None:
        self.errors: list[str] = []
        self._program = program
        self._folder = folder
        self._numbers = 0
        self._answers: dict[int, asyncio.Future[Any]] = {}

    async def __aenter__(self) -> Self:
        self._process = await asyncio.create_subprocess_exec(
            self._program,
            *_FLAGS,
            f"--user-data-dir={self._folder}",
            "about:blank",
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        self._http = aiohttp.ClientSession()
        port = await self._port()
        async with self._http.get(f"http://127.0.0.1:{port}/json/list") as answer:
            (tab,) = [each for each in await answer.json() if each["type"] == "page"]
        self._socket = await self._http.ws_connect(tab["webSocketDebuggerUrl"], max_msg_size=0)
        self._hearing = asyncio.create_task(self._hear())
        for domain in ("Page", "Runtime", "Log"):
            await self.call(f"{domain}.enable")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._hearing.cancel()
        await asyncio.wait([self._hearing])
        await self._socket.close()
        await self._http.close()
        self._process.kill()
        await self._process.communicate()

    async def call(self, method: str, **arguments: Any) -> Any:
        """Call a method of the protocol."""
        self._numbers += 1
        number = self._numbers
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        await self._socket.send_json({"id": number, "method": method, "params": arguments})
        async with asyncio.timeout(2 * PATIENCE):
            return await answer

    async def open(self, address: str) -> None:
        """Go to a page."""
        await self.call("Page.navigate", url=address)

    async def run(self, script: str) -> Any:
        """Run JavaScript in the page, wait for what it promises, and return that."""
        done = await self.call(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in done, done["exceptionDetails"]
        return done["result"].get("value")

    async def wait(self, script: str) -> Any:
        """Wait until an expression is true of the page as it changes."""
        return await self.run(_WAIT % (script, json.dumps(script), int(PATIENCE * 1000)))

    async def press(self, key: str, code: int, text: str = "") -> None:
        """Press a key and let it go."""
        facts = {"key": key, "code": key, "windowsVirtualKeyCode": code}
        more = {"text": text} if text else {}
        await self.call("Input.dispatchKeyEvent", type="keyDown", **facts, **more)
        await self.call("Input.dispatchKeyEvent", type="keyUp", **facts)

    async def type(self, text: str) -> None:
        """Type into what has the focus."""
        await self.call("Input.insertText", text=text)

    async def look(self, *, width: int, height: int = 900, scheme: str = "light") -> bytes:
        """Take a picture of the page at a width, in light or dark."""
        await self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        await self.call("Emulation.setEmulatedMedia", features=features)
        shot = await self.call("Page.captureScreenshot", format="png")
        return base64.b64decode(shot["data"])

    async def _port(self) -> int:
        """Read where it listens from what it says."""
        assert self._process.stderr is not None
        async with asyncio.timeout(PATIENCE):
            while line := (await self._process.stderr.readline()).decode():
                if "DevTools listening on" in line:
                    return int(line.split("127.0.0.1:")[1].split("/")[0])
        raise AssertionError("chromium did not start")

    async def _hear(self) -> None:
        async for message in self._socket:
            facts = message.json()
            if (answer := self._answers.pop(facts.get("id", 0), None)) is not None:
                answer.set_result(facts.get("result", facts))
            elif facts.get("method") in ("Runtime.exceptionThrown", "Log.entryAdded"):
                self.errors.append(str(facts["params"]))
