"""Where the command line gets at a service, wherever that serves others."""

from __future__ import annotations

import socket
from contextlib import closing
from typing import cast

import pytest

from bot.web import server


class At:
    """A socket that listens at an address, as far as anybody asks it."""

    def __init__(self, host: str) -> None:
        self._host = host

    def getsockname(self) -> tuple[str, int]:
        """Return the address."""
        return (self._host, 8010)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "0.0.0.0", "::"])  # noqa: S104
def test_what_is_served_here_too_needs_no_other_port(host: str) -> None:
    """Loopback addresses, and all addresses at once, are within the command line's reach."""
    assert server.listen_here(cast("socket.socket", At(host))) is None


@pytest.mark.parametrize("host", ["192.0.2.7", "2001:db8::7"])
def test_what_is_served_elsewhere_only_gets_a_port_here(host: str) -> None:
    """Codes and passwords are said on this machine, also where HTTP is served to a network."""
    made = server.listen_here(cast("socket.socket", At(host)))
    assert made is not None
    with closing(made):
        assert server.address_of(made).startswith("http://127.0.0.1:")
