"""A QR code as text."""

from __future__ import annotations

import io

import segno


def drawn(url: str) -> str:
    """Draw a link as a QR code of half-height blocks, for a terminal."""
    out = io.StringIO()
    segno.make(url, error="l", micro=False).terminal(out, compact=True)
    return out.getvalue()
