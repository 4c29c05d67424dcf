"""A sandbox in a process of its own, until its standard input ends or SIGTERM comes."""

import argparse
import json
import signal
import sys
from collections.abc import Sequence

from sandbox import coverage
from sandbox.demo import demo_world
from sandbox.errors import WorldFileInvalid
from sandbox.generate import generated_world
from sandbox.server import Sandbox
from sandbox.world import World


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve a world; print its address, or with --mint a line of JSON with sessions."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.coverage:
        sys.stdout.write(f"{coverage.table()}\n\nNot served: {coverage.unserved()}.\n")
        return
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        world = _world(options)
    except WorldFileInvalid as refusal:
        parser.error(str(refusal))
    person = next(iter(world.people))
    with Sandbox(world, options.port) as sandbox:
        line = sandbox.address
        if options.mint:
            sessions = [sandbox.mint(person).string() for _ in range(options.mint)]
            facts = {"session": sessions[0], "sessions": sessions, "person": person}
            line = json.dumps({"address": sandbox.address, **facts})
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
        sys.stdin.buffer.read()


def _world(options: argparse.Namespace) -> World:
    if options.world is not None:
        return World.from_json(options.world)
    if options.demo:
        return demo_world()
    return generated_world(
        channels=options.channels,
        posts=options.posts,
        people=options.people,
        seed=options.seed,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=main.__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--demo", action="store_true", help="the demo's world, not a generated one")
    parser.add_argument(
        "--coverage", action="store_true", help="print the table of served methods, and end"
    )
    parser.add_argument("--world", metavar="FILE", help="the world in a JSON file")
    parser.add_argument("--channels", type=int, default=15)
    parser.add_argument("--posts", type=int, default=2_000, help="in each channel")
    parser.add_argument("--people", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--mint",
        type=int,
        nargs="?",
        const=1,
        default=0,
        metavar="N",
        help="log the first person in N times (1) and print the sessions",
    )
    return parser


if __name__ == "__main__":
    main()
