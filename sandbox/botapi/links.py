"""Links as Telegram accepts them."""

import re
from typing import Final

_LINK: Final = re.compile(
    r"(?:(?P<scheme>[a-z][a-z0-9+.-]*)://)?(?P<host>[^/?#\s]+)(?P<rest>[/?#]\S*)?", re.IGNORECASE
)
_OWN: Final = ("tg", "ton", "tonsite")
_WEB: Final = ("http", "https")
_USER: Final = re.compile(r"tg://user\?id=(\d{1,19})", re.IGNORECASE)


class LinkInvalid(ValueError):
    """This is no link; the text says why, as Telegram does."""


def checked_link(url: str) -> str:
    """A link as Telegram stores it, or LinkInvalid."""
    if not url.strip():
        raise LinkInvalid("URL host is empty")
    found = _LINK.fullmatch(url.strip())
    if found is None:
        raise LinkInvalid("Wrong HTTP URL")
    scheme = (found["scheme"] or "http").lower()
    rest = found["rest"] or ""
    if scheme in _OWN:
        return f"{scheme}://{found['host']}{rest}"
    if scheme not in _WEB:
        raise LinkInvalid("Unsupported URL protocol")
    if "." not in found["host"].strip("."):  # why no button leads to http://localhost
        raise LinkInvalid("Wrong HTTP URL")
    path = rest if rest.startswith("/") else f"/{rest}"
    return f"{scheme}://{found['host']}{path}"


def linked_user(url: str) -> int | None:
    """The person whom a link mentions, if it does."""
    found = _USER.fullmatch(url)
    return int(found[1]) if found else None
