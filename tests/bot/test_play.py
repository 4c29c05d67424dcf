"""The whole service as somebody plays it: a process, its page, a browser."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import os
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import zxingcpp
from PIL import Image

from tests.bot.browser import Browser, chromium
from tests.bot.conftest import CommandLine, children_of_the_data_folder, refused

pytestmark = pytest.mark.anyio

SHOTS = os.environ.get("TGACTORS_SHOTS")
"""A folder for pictures, to be looked at."""
SAID = """
[...document.querySelectorAll('.message.theirs')].some((each) =>
  Number(each.id.split('-')[1]) > %d && each.innerText.includes(%s))
"""
LAST = "Number(document.querySelector('.message:last-child')?.id.split('-')[1] ?? 0)"
SCANNED = """
fetch('/do/scan', {
  method: 'POST',
  headers: {
    Authorization: `Bearer ${location.hash.slice(1)}`, 'Content-Type': 'application/json',
  },
  body: JSON.stringify({ person: Number(document.getElementById('person').value) }),
}).then((answer) => answer.json()).then((facts) => facts.url)
"""
TRIES_SECONDS = 120.0
NO_MODEL = "No model has answered"
TAP = """
(() => {
  const keys = [...document.querySelectorAll('#messages button, #keyboard button')];
  const found = keys.filter((each) => each.innerText.trim() === %s && !each.disabled).at(-1);
  found?.click();
  return Boolean(found);
})()
"""
CHOOSE = """
(() => {
  const field = document.getElementById(%s);
  field.value = %s;
  field.dispatchEvent(new Event('change'));
})()
"""
PEOPLE = "[...document.getElementById('person').options].map((each) => each.value)"
LOADED = "document.querySelector('.message img')?.decode().then(() => true)"
PICTURE = """
(() => {
  const image = document.querySelector('.message img');
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
  canvas.getContext('2d').drawImage(image, 0, 0);
  return canvas.toDataURL('image/png').split(',')[1];
})()
"""


@pytest.fixture
def address(line: CommandLine, folder: Path) -> Iterator[str]:
    """A service beside a sandbox; at its end nothing of it is left."""
    line.env |= {"TMPDIR": str(folder), "TGACTORS_WORKERS": "true"}
    process = line.start("play", "--json")
    yield json.loads(line.hear(process, '"address"'))["address"]
    done = line.interrupt(process, signal.SIGINT)
    assert done.status == 130, done
    assert list(folder.iterdir()) == []
    assert children_of_the_data_folder(folder) == []


@pytest.fixture
async def browser(tmp_path: Path, address: str) -> AsyncIterator[Browser]:
    """A browser with the page, which complains of nothing."""
    async with Browser(chromium(), tmp_path / "profile") as made:
        await made.open(address)
        await made.wait("document.getElementById('link')?.textContent === 'live'")
        yield made
        assert made.errors == []


async def told(browser: Browser, text: str, answer: str) -> None:
    """Write to the bot as a person does, with Enter, and wait for its answer."""
    last = await browser.run(LAST)
    await browser.run("document.getElementById('text').focus()")
    await browser.type(text)
    await browser.press("Enter", 13, "\r")
    await browser.wait(SAID % (last, json.dumps(answer)))


async def shot(browser: Browser, name: str, *, width: int, scheme: str = "light") -> None:
    """Take a picture to be looked at, and see that nothing is wider than the page."""
    picture = await browser.look(width=width, scheme=scheme)
    assert await browser.run("document.documentElement.scrollWidth <= innerWidth"), name
    if SHOTS:
        await asyncio.to_thread(Path(SHOTS, f"{name}.png").write_bytes, picture)


async def test_somebody_logs_in_by_the_page_reads_and_searches(browser: Browser) -> None:
    """The picture in the chat is the code that Scan approves; what is published is then found."""
    await told(browser, "/login", "Scan this code")
    await browser.wait("document.querySelector('.message img')?.src")
    await browser.run(LOADED)
    picture = Image.open(io.BytesIO(base64.b64decode(await browser.run(PICTURE))))
    (code,) = zxingcpp.read_barcodes(picture)
    assert code.text == await browser.run(SCANNED)
    await shot(browser, "login", width=1280)
    await browser.run("document.getElementById('scan').click()")
    await browser.wait("document.getElementById('ask').open")
    await browser.run("document.getElementById('ask-yes').click()")
    await browser.wait(SAID % (0, json.dumps("You are logged in.")))
    await browser.wait("!document.querySelector('.message img')")
    await browser.wait("document.querySelectorAll('#sessions button').length === 1")
    await browser.wait(SAID % (0, json.dumps("Done:")))
    await browser.run("document.getElementById('post').focus()")
    await browser.type("Zeppelins are moored at the observatory")
    await browser.run("document.querySelector('#publish [type=submit]').click()")
    await browser.wait("document.getElementById('posts').innerText.includes('Zeppelins')")
    await told(browser, "/parse", "Done:")
    await told(browser, "/search zeppelins observatory", "Zeppelins are moored")
    await shot(browser, "light", width=1280)
    await shot(browser, "dark", width=1280, scheme="dark")
    await shot(browser, "narrow", width=360)


@pytest.mark.soak
async def test_the_page_is_used_by_keyboard(browser: Browser) -> None:
    """Enter sends, Esc closes a dialog and approves nothing, Tab shows where it is."""
    await told(browser, "/login", "Scan this code")
    await browser.run("document.getElementById('scan').focus()")
    await browser.press("Enter", 13, "\r")
    await browser.wait("document.getElementById('ask').open")
    await browser.press("Escape", 27)
    await browser.wait("!document.getElementById('ask').open")
    assert await browser.run("document.activeElement.id") == "scan"
    await browser.press("Tab", 9)
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert await browser.run(outline) == "solid"
    assert await browser.run("document.querySelectorAll('#sessions button').length") == 0


async def test_a_port_that_is_taken_is_refused(address: str, line: CommandLine) -> None:
    """With what to do: the same command with another port."""
    port = urlsplit(address).port
    done = line.run("play", "--port", port, "--json")
    refused(done, "PortTaken", f"Port {port} ", "tgactors play --port")


@pytest.mark.soak
async def test_the_kept_data_stays(line: CommandLine, folder: Path) -> None:
    """--keep leaves a data folder that other commands read, and nothing that runs."""
    process = line.start("play", "--json", "--keep", "kept")
    line.hear(process, '"address"')
    assert line.interrupt(process, signal.SIGTERM).status == 143
    assert children_of_the_data_folder(folder) == []
    done = line.run("status", "--data", "kept", "--json", TGACTORS_TELEGRAM="sandbox://127.0.0.1:1")
    assert done.status == 0, done


async def tap(browser: Browser, label: str) -> None:
    """Tap the newest button of the chat that is called so, once it is there."""
    await browser.wait(TAP % json.dumps(label))


async def choose(browser: Browser, field: str, value: str) -> None:
    """Choose a value of a list, as a person does."""
    await browser.run(CHOOSE % (json.dumps(field), json.dumps(value)))


async def told_in_the_end(browser: Browser, text: str, answer: str, otherwise: str) -> None:
    """Write the same again for as long as the bot's answer has other words."""
    async with asyncio.timeout(TRIES_SECONDS):
        while True:
            last = await browser.run(LAST)
            wanted, other = (SAID % (last, json.dumps(each)) for each in (answer, otherwise))
            await told(browser, text, "")
            await browser.wait(f"{wanted} || {other}")
            if await browser.run(wanted):
                return


@pytest.mark.soak
async def test_somebody_logs_in_by_keypad_and_password_and_all_goes_wrong(browser: Browser) -> None:
    """The form sets a password that the login asks for; each fault is felt, and ends by a tap."""
    await browser.run("document.querySelector('[name=password]').focus()")
    await browser.type("mouse")
    await browser.run("document.querySelector('[name=hint]').focus()")
    await browser.type("cat")
    await browser.press("Enter", 13, "\r")
    await browser.wait("document.getElementById('password-state').innerText.includes('hint: cat')")
    await told(browser, "/login", "Scan this code")
    await tap(browser, "On this phone?")
    await tap(browser, "Share my number")
    await browser.wait(SAID % (0, json.dumps("Enter it on these buttons")))
    code = await browser.wait("document.querySelector('#service b')?.innerText")
    for number, digit in enumerate(code, start=1):
        await tap(browser, digit)
        if number < len(code):
            masked = " ".join("●" * number + "○" * (len(code) - number))
            await browser.wait(SAID % (0, json.dumps(masked)))
        if number == 2:
            await shot(browser, "keypad", width=1280)
    await browser.wait(SAID % (0, json.dumps("Its hint: cat")))
    await told(browser, "mouse", "You are logged in.")
    await browser.wait(SAID % (0, json.dumps("Done:")))
    await browser.run("document.querySelector('[name=seconds]').value = 10")
    await browser.run("document.querySelector('#flood [type=submit]').click()")
    await browser.wait("document.getElementById('said').innerText.includes('wait 10 s')")
    await browser.run("document.getElementById('post').focus()")
    await browser.type("A comet is seen")
    await browser.run("document.querySelector('#publish [type=submit]').click()")
    await told(browser, "/parse", "asks your account to wait until")
    await choose(browser, "mode-gigachat", "down")
    await choose(browser, "mode-openrouter", "busy")
    await browser.wait("document.getElementById('said').innerText.includes('openrouter: busy')")
    await told(browser, "/ask what of the observatory?", NO_MODEL)
    await shot(browser, "faults", width=1280)
    await browser.run("document.getElementById('clear').click()")
    await browser.wait("document.getElementById('mode-gigachat').value === 'well'")
    await browser.run("document.getElementById('cut').click()")
    await browser.wait("document.getElementById('said').innerText.includes('are cut')")
    await told_in_the_end(browser, "/ask what of the observatory?", "Answered by", NO_MODEL)
    await told_in_the_end(browser, "/search comet", "A comet is seen", "comet")


@pytest.mark.soak
async def test_the_other_person_has_a_chat_of_their_own(browser: Browser) -> None:
    """Whoever is chosen shows: name, chat and phone; who was there before is found again."""
    await told(browser, "/help", "What I can do")
    first, second = await browser.run(PEOPLE)
    await choose(browser, "person", second)
    await browser.wait("document.getElementById('who').innerText.startsWith('Boris')")
    assert await browser.run("document.querySelectorAll('.message').length") == 0
    await choose(browser, "language", "ru")
    await told(browser, "/help", "Что я умею")
    await choose(browser, "person", first)
    await browser.wait(SAID % (0, json.dumps("What I can do")))
    assert await browser.run("document.querySelectorAll('.message').length") == 2
