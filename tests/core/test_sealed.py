"""After a change of the key everything is encrypted with the new one, also when it was broken off in between."""

import base64
from dataclasses import replace

from pydantic import SecretStr
from sqlalchemy import insert, text

from core import ids
from core.connections import service
from core.connections.models import Connection
from core.connections.queries import connections_of
from core.crypto import Cipher, build_cipher, place_of
from core.deps import Deps
from core.publishing.networks.contract import Account
from core.sealed import BATCH, SEALED, key_ids_in_use, reseal
from core.tables import Base
from tests.core.connections.played import PlayedNetwork, connected, walked, with_network
from tests.factories import make_user

OLD, NEW = (base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2))


def with_keys(deps: Deps, *keys: str) -> Deps:
    """As in production: without a key of the home."""
    given = {name: SecretStr(key) for name, _, key in (each.partition(":") for each in keys)}
    made = build_cipher(deps.settings.model_copy(update={"encryption_keys": given}))
    return replace(deps, cipher=Cipher({name: made.keys[name] for name in given}, current=made.current))


async def three_connections(deps: Deps, network: PlayedNetwork) -> list[Connection]:
    async with deps.tx() as tx:
        owner = await make_user(tx)
    for number in range(3):
        network.account_now = Account(f"open-{number}", f"ann{number}", "Ann")
        await connected(deps, owner, network)
    await walked(deps, owner.id)
    async with deps.sessions() as session:
        return list(await connections_of(session, owner_id=owner.id))


async def rotated(deps: Deps) -> dict[str, tuple[int, int]]:
    done = [await reseal(deps, table, column) for table, column in SEALED]
    return {each.name: (each.changed, each.unreadable) for each in done}


async def key_ids(deps: Deps) -> set[str]:
    async with deps.sessions() as session:
        return await key_ids_in_use(session)


async def test_everything_is_encrypted_anew_and_still_works(deps: Deps) -> None:
    network = PlayedNetwork()
    old = with_network(with_keys(deps, f"old:{OLD}"), network)
    connections = await three_connections(old, network)
    both = with_keys(old, f"new:{NEW}", f"old:{OLD}")
    assert await rotated(both) == {
        "connections.access_token": (3, 0),
        "connections.refresh_token": (3, 0),
        "connections.revoke_tokens": (0, 0),
        "consents.verifier": (4, 0),
        "publications.handle": (0, 0),
    }
    assert await key_ids(both) == {"new"}
    without_old = with_keys(old, f"new:{NEW}")
    for number, connection in enumerate(connections, start=1):
        access = await service.access_of(without_old, connection_id=connection.id, owner_id=connection.owner_id)
        assert access.token.get_secret_value() == f"secret-access-{number}"
    assert set((await rotated(both)).values()) == {(0, 0)}


async def test_broken_off_it_goes_on_where_it_was(deps: Deps) -> None:
    network = PlayedNetwork()
    old = with_network(with_keys(deps, f"old:{OLD}"), network)
    await three_connections(old, network)
    both = with_keys(old, f"new:{NEW}", f"old:{OLD}")
    assert (await reseal(both, "connections", "access_token")).changed == 3
    assert await key_ids(both) == {"old", "new"}
    async with both.tx() as tx:  # one more of the old ones
        await tx.session.execute(text("UPDATE connections SET refresh_token = NULL WHERE username = 'ann0'"))
    done = await rotated(both)
    assert (done["connections.access_token"], done["connections.refresh_token"]) == ((0, 0), (2, 0))


async def test_what_no_key_opens_is_counted_and_left(deps: Deps) -> None:
    network = PlayedNetwork()
    old = with_network(with_keys(deps, f"old:{OLD}"), network)
    await three_connections(old, network)
    lost = with_keys(old, f"new:{NEW}")
    assert (await rotated(lost))["connections.access_token"] == (0, 3)
    assert (await rotated(with_keys(old, f"new:{NEW}", f"old:{OLD}")))["connections.access_token"] == (3, 0)


async def test_more_than_a_batch_is_no_trouble(deps: Deps) -> None:
    """With unreadable ones in between, which aren't looked at again."""
    old, both = with_keys(deps, f"old:{OLD}"), with_keys(deps, f"new:{NEW}", f"old:{OLD}")
    rows, value = Base.metadata.tables["consents"], "verifier"
    async with deps.tx() as tx:
        owner = await make_user(tx)
        made = [ids.new() for _ in range(BATCH + 50)]
        texts = [old.cipher.encrypt(SecretStr("v"), place=place_of("consents", value, each)) for each in made]
        texts[::10] = ["1.lost.AAAA"] * len(texts[::10])
        same = {"owner_id": owner.id, "network": "tiktok", "created_at": tx.now, "expires_at": tx.now}
        values = [{"id": each, value: sealed, **same} for each, sealed in zip(made, texts, strict=True)]
        await tx.session.execute(insert(rows), values)
    done = await reseal(both, "consents", value)
    assert (done.changed, done.unreadable) == (225, 25)
