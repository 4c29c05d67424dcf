"""How the tests' people log in at the bot."""

from __future__ import annotations

import io
import re

import zxingcpp
from PIL import Image

from sandbox.botapi import Person, Shown
from tests.bot.chat.talking import PATIENCE, said

PHONE = "491512345678"
SCAN = "Scan this code"
KEYPAD = "Enter it on these buttons"
DONE = "You are logged in."


def read(picture: Shown) -> str:
    """Read a QR code as a phone's camera does."""
    assert picture.photo is not None
    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture.photo)))
    assert [each.format for each in found] == [zxingcpp.BarcodeFormat.QRCode]
    return str(found[0].text)


async def by_phone(person: Person, button: str = "On this phone?") -> Shown:
    """Go from the QR code to the keypad by typing the number; return it."""
    picture = await said(person, SCAN)
    await person.press(picture, button).awaited(PATIENCE)
    await said(person, "type it with its country code")
    return await said(person, KEYPAD, after=person.send(f"+{PHONE}").id)


async def enter(person: Person, keypad: Shown, code: str) -> str:
    """Tap a code; return what the last tap was answered."""
    answer = ""
    for digit in code:
        answer = (await person.press(keypad, digit).awaited(PATIENCE)).text
    return answer


def wrong(code: str) -> str:
    """A code of the same length that is another in every digit."""
    return "".join(str((int(digit) + 1) % 10) for digit in code)


def said_codes(person: Person) -> list[str]:
    """Digits in rows of five to seven that the bot's messages have said, or still say."""
    shown = [html for each in person.inbox if not each.is_mine for html in (each.html, *each.edits)]
    return [found for html in shown for found in re.findall(r"\b\d{5,7}\b", html)]
