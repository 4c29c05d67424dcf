"""The providers that are configured, connected on the loop that is running."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import httpx

from actors.providers.account import Account, Service
from actors.providers.allowance import Allowance
from actors.providers.answering import Chats, Embeds
from actors.providers.connection import Connection
from actors.providers.gigachat import GigaChatAccess
from actors.providers.openai_shaped import Access, Key, OpenAIShaped
from actors.providers.plans import Plan


@dataclass(slots=True)
class Equipment:
    """Who can be asked, in the order in which they are; on one loop."""

    chats: list[tuple[Account, Chats]] = field(default_factory=list)
    embeds: tuple[Account, Embeds] | None = None
    accounts: list[Account] = field(default_factory=list)


async def equip(
    plans: Sequence[Plan],
    tokens_per_day: int | None,
    now: Callable[[], datetime],
    held: AsyncExitStack,
) -> Equipment:
    """Get ready to ask providers, and have what is made let go of with `held`; send nothing yet."""
    made = Equipment()
    # Each reads some hundred kilobytes from the disk.
    trusted = {ca: await asyncio.to_thread(_trusted, ca) for ca in {plan.ca for plan in plans}}
    for plan in plans:
        connection = Connection(trusted[plan.ca], at_once=plan.at_once)
        held.push_async_callback(connection.close)
        server = OpenAIShaped(
            connection,
            plan.url,
            access=_access(plan, connection, held, now),
            model=plan.model or "",
            embedding_model=plan.embedding_model or "",
            now=now,
            counts_streams=plan.counts_streams,
        )
        _serve(made, plan, server, _account(plan, tokens_per_day, now))
    return made


def _serve(made: Equipment, plan: Plan, server: OpenAIShaped, account: Account) -> None:
    made.accounts.append(account)
    if plan.model is not None:
        made.chats.append((account, server))
    if plan.embedding_model is not None:
        made.embeds = (account, server)


def _account(plan: Plan, tokens_per_day: int | None, now: Callable[[], datetime]) -> Account:
    models: dict[Service, str] = {}
    if plan.model is not None:
        models["chat"] = plan.model
    if plan.embedding_model is not None:
        models["embeddings"] = plan.embedding_model
    return Account(
        plan.name,
        models,
        at_once=plan.at_once,
        allowance=Allowance(limits=plan.limits, tokens_per_day=tokens_per_day),
        settings=plan.settings,
        now=now,
    )


def _access(
    plan: Plan, connection: Connection, held: AsyncExitStack, now: Callable[[], datetime]
) -> Access:
    if plan.auth is None or plan.key is None:
        return Key(plan.key)
    url, scope = plan.auth
    access = GigaChatAccess(connection, url, key=plan.key, scope=scope, now=now)
    held.push_async_callback(access.close)
    return access


def _trusted(ca: Path | None) -> ssl.SSLContext:
    """Return whom to trust: whom everybody does, and who is in the file."""
    context = httpx.create_ssl_context()
    if ca is not None:
        context.load_verify_locations(ca.expanduser())
    return context
