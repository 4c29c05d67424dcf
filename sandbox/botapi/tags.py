"""The tags of Telegram's HTML, one at a time.

https://core.telegram.org/bots/api#html-style. Places in refusals are bytes of UTF-8.
"""

import re
from typing import Final

KINDS: Final = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline",
    "ins": "underline", "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough",
    "tg-spoiler": "spoiler", "span": "spoiler", "code": "code", "pre": "pre",
    "blockquote": "blockquote", "a": "text_link", "tg-emoji": "custom_emoji",
    "tg-time": "date_time",
}  # fmt: skip
"""What each tag makes of its content."""

_ARGUMENTS: Final = {
    ("a", "href"): "",
    ("code", "class"): "language-",
    ("span", "class"): "tg-",
    ("tg-emoji", "emoji-id"): "",
    ("tg-time", "unix"): "",
}
"""The attributes that mean something, and how their values begin."""

_SPACE: Final = r" \t\r\n\v\0"
_NAME: Final = re.compile(rf"[^{_SPACE}>]*")
_GAP: Final = re.compile(rf"[{_SPACE}]*")
_ATTRIBUTE: Final = re.compile(rf"""[^{_SPACE}=>/"']*""")
_TOKEN: Final = re.compile(r"[A-Za-z0-9.-]*")
_REFERENCE: Final = re.compile(r"&(#x[0-9A-Fa-f]+|#[0-9]+|[A-Za-z]+);?")
_REFERENCES: Final = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_LONGEST: Final = 8
"""Letters of a reference by number, without the ampersand and the semicolon."""
_LAST: Final = 0x10FFFF


class EntitiesInvalid(ValueError):
    """This is not HTML that Telegram reads; the text says what is wrong, and where."""


def dereferenced(text: str) -> str:
    """A text with what its references stand for; unknown ones stay as they are."""
    return _REFERENCE.sub(_named, text)


def _named(found: re.Match[str]) -> str:
    name = found[1]
    if not name.startswith("#"):
        return _REFERENCES.get(name, found[0])
    if len(name) > _LONGEST:
        return found[0]
    number = int(name.replace("#x", "0x"), 0) if name[1] == "x" else int(name[1:])
    if not 0 < number < _LAST:
        return found[0]
    return chr(number)


class Cursor:
    """A place in a source."""

    def __init__(self, html: str) -> None:
        self.html = html
        self.at = 0

    @property
    def here(self) -> str:
        """The letter at the place; "" at the end."""
        return self.html[self.at : self.at + 1]

    def skip(self, pattern: re.Pattern[str]) -> str:
        """Go behind what matches here, and return it."""
        found = pattern.match(self.html, self.at)
        self.at = found.end() if found else self.at
        return found[0] if found else ""

    def byte(self, at: int) -> str:
        """A place in Telegram's words."""
        return f"at byte offset {len(self.html[:at].encode('utf-8', 'surrogatepass'))}"


def closing(cursor: Cursor, opened: str | None) -> None:
    """Go behind an end tag, which must be that of the last open one."""
    begin = cursor.at
    if opened is None:
        raise EntitiesInvalid(f"Unexpected end tag {cursor.byte(begin)}")
    cursor.at += 2
    name = cursor.skip(_NAME).lower()
    cursor.skip(_GAP)
    if cursor.here != ">":
        raise EntitiesInvalid(f"Unclosed end tag {cursor.byte(begin)}")
    cursor.at += 1
    if name not in ("", opened):
        raise EntitiesInvalid(
            f'Unmatched end tag {cursor.byte(begin)}, expected "</{opened}>", found "</{name}>"'
        )


def opening(cursor: Cursor) -> tuple[str, str]:
    """Go behind a start tag; return its name, and the value of the attribute that counts."""
    begin = cursor.at
    cursor.at += 1
    tag = cursor.skip(_NAME).lower()
    if not cursor.here:
        raise EntitiesInvalid(f"Unclosed start tag {cursor.byte(begin)}")
    if tag not in KINDS:
        raise EntitiesInvalid(f'Unsupported start tag "{tag}" {cursor.byte(begin)}')
    argument = ""
    cursor.skip(_GAP)
    while cursor.here != ">":
        name, value = _attribute(cursor, tag, begin)
        argument = _argument(tag, name, value) or argument
        cursor.skip(_GAP)
    cursor.at += 1
    if tag == "span" and argument != "spoiler":
        raise EntitiesInvalid(f'Tag "span" must have class "tg-spoiler" {cursor.byte(begin)}')
    return tag, argument


def _argument(tag: str, name: str, value: str) -> str:
    if (tag, name) == ("blockquote", "expandable"):
        return name
    beginning = _ARGUMENTS.get((tag, name))
    if beginning is None or not value.startswith(beginning):
        return ""
    return value.removeprefix(beginning)


def _attribute(cursor: Cursor, tag: str, begin: int) -> tuple[str, str]:
    name = cursor.skip(_ATTRIBUTE)
    unclosed = EntitiesInvalid(f'Unclosed start tag "{tag}" {cursor.byte(begin)}')
    if not name:
        if not cursor.here:
            raise unclosed
        raise EntitiesInvalid(f'Empty attribute name in the tag "{tag}" {cursor.byte(begin)}')
    cursor.skip(_GAP)
    if cursor.here != "=":
        if not cursor.here:
            raise unclosed
        return name, ""
    cursor.at += 1
    cursor.skip(_GAP)
    if not cursor.here:
        raise unclosed
    value = _quoted(cursor) if cursor.here in "'\"" else _token(cursor)
    if not cursor.here:
        raise EntitiesInvalid(f"Unclosed start tag {cursor.byte(begin)}")
    return name, value


def _token(cursor: Cursor) -> str:
    begin = cursor.at
    token = cursor.skip(_TOKEN).lower()
    if cursor.here and not re.match(rf"[{_SPACE}>]", cursor.here):
        raise EntitiesInvalid(f"Unexpected end of name token {cursor.byte(begin)}")
    return token


def _quoted(cursor: Cursor) -> str:
    end = cursor.html.find(cursor.here, cursor.at + 1)
    end = end if end >= 0 else len(cursor.html)
    value = cursor.html[cursor.at + 1 : end]
    cursor.at = min(end + 1, len(cursor.html))
    return dereferenced(value)
