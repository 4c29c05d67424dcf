"""The page that describes the API."""

from __future__ import annotations

import re

import httpx


def test_nobody_else_is_asked_for_its_parts(nobody: httpx.Client) -> None:
    """Script and style come from the service itself, so that it works where nothing else is."""
    page = nobody.get("/docs").raise_for_status().text
    parts = re.findall(r"""(?:src|href)=["']([^"']+)["']""", page)
    assert len(parts) == 3
    for part in parts:
        assert nobody.get(part).raise_for_status().content
    assert "://" not in page.replace("window.location.origin", "")
