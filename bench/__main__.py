"""`python -m bench [--json] [--full]`: every measurement, one after the other."""

from __future__ import annotations

import argparse
import json
import sys
import time

from bench import backfill, chat, cycles, http, kernel, parse, sandbox, search
from bot.garbage import collect_rarely

PARTS = {
    "kernel": kernel.ratios,
    "parse": parse.ratios,
    "cycles": cycles.ratios,
    "backfill": backfill.ratios,
    "sandbox": sandbox.ratios,
    "search": search.ratios,
    "chat": chat.ratios,
    "http": http.ratios,
}

GOALS = {
    "ask": "≤ 0.9",
    "ask_1000": "≥ 2",
    "tell_bounded": "≤ 5",
    "parse": "≥ 0.8",
    "original": "≥ 5",
    "cycles": "≤ 1.1",
    "backfill_grown_mib": "≤ 16",
    "search_p50_ms_100k": "≤ 20",
    "upsert_256": "≥ 10",
}


def main() -> None:
    """Run the parts and print a table, or with --json one flat object as the last line."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one flat object as the last line")
    parser.add_argument("--full", action="store_true", help="longer, and more of it")
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="all of them by default")
    options = parser.parse_args()
    collect_rarely()  # as `tgactors` does
    began = time.perf_counter()
    found: dict[str, float] = {}
    for name in options.parts or PARTS:
        print(f"measuring {name} ...", end=" ", file=sys.stderr, flush=True)
        start = time.perf_counter()
        found |= PARTS[name](full=options.full)
        print(f"{time.perf_counter() - start:.1f} s", file=sys.stderr)
    found["took_s"] = time.perf_counter() - began
    rounded = {name: float(f"{value:.4g}") for name, value in found.items()}
    if options.json:
        print(json.dumps(rounded))
        return
    for name, value in rounded.items():
        print(f"{name:<24} {value:>12g}  {GOALS.get(name, '')}")


if __name__ == "__main__":
    main()
