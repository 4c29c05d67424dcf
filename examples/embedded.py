# The embedded API, beside `tgactors sandbox --scan`; laid out as in the README.
# ruff: noqa: D100, E501, I001
# fmt: off
import asyncio
import actors

async def main() -> None:
    async with actors.open(data="./data", telegram="sandbox://127.0.0.1:4430"):   # no arguments: environment, then embedded defaults
        user = actors.user(8124731874)
        async for step in user.login():          # an account that is READY yields LoggedIn at once
            if isinstance(step, actors.QrCode):
                print(step.terminal)
        report = await user.parse()
        print(report.added, report.channels)

asyncio.run(main())
