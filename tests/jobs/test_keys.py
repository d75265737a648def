"""`postaify keys rotate`: what it prints, and what is readable afterwards."""

import asyncio
import base64
import io
import os
from typing import Any

from pydantic import SecretStr
from rich.console import Console

from core.connections.queries import connection_of
from core.deps import Deps
from core.settings import Environment
from jobs.keys import rotate
from tests.core.connections.played import PlayedNetwork, connected, with_network
from tests.factories import make_user


async def test_rotating_says_how_much_it_was_and_what_is_left(concurrent_deps: Deps) -> None:
    network = PlayedNetwork()
    there = with_network(concurrent_deps, network)
    async with there.tx() as tx:
        owner = await make_user(tx)
    connection = await connected(there, owner, network)

    async def rotated(**changed: Any) -> tuple[bool, str]:
        console = Console(file=io.StringIO(), record=True, width=120)
        new = {"2026a": SecretStr(base64.b64encode(os.urandom(32)).decode())}
        settings = there.settings.model_copy(update={"encryption_keys": new} | changed)
        return await asyncio.to_thread(rotate, settings, console), console.export_text()

    well, printed = await rotated(environment=Environment.PRODUCTION)
    assert not well
    assert "Put the one that they were made with behind the others" in printed

    well, printed = await rotated()
    assert well
    assert "Encrypted with the key 2026a" in printed
    counted = dict(line.split(maxsplit=1) for line in printed.splitlines() if line.startswith("connections."))
    assert {column: counts.split() for column, counts in counted.items()} == {
        "connections.access_token": ["1", "0"],
        "connections.refresh_token": ["1", "0"],
        "connections.revoke_tokens": ["0", "0"],
    }
    async with there.read() as session:
        stored = await connection_of(session, owner_id=owner.id, connection_id=connection.id)
    assert stored.access_token.startswith("1.2026a.")
