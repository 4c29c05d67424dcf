"""Where the login page is."""

from __future__ import annotations


def page_address(base: str, token: str) -> str:
    """Return the address of the login page that a link's token opens.

    The token is the fragment: browsers send it to nobody, and servers do not log it.
    """
    return f"{base.rstrip('/')}/login#{token}"
