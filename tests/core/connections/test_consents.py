"""A walk through a consent page: begun once, by one link, and ended once, in the browser that began it."""

import asyncio

import pytest
from sqlalchemy import text

from core import ids
from core.clock import FixedClock
from core.connections.consents import (
    LIFE,
    ConsentOver,
    OtherBrowser,
    Walk,
    begin_consent,
    consent_to_begin,
    forget_old_consents,
    request_consent,
    take_consent,
)
from core.connections.links import ConsentLinkNotOurs, ConsentLinks
from core.crypto import Cipher
from core.deps import Deps
from core.providers.discovery import Network
from core.publishing.networks.contract import ConsentAsk
from core.tx import Tx
from tests.core.connections.played import BROWSER, CALLBACK
from tests.factories import make_user


async def begun(deps: Deps, *, network: Network = Network.TIKTOK) -> tuple[ids.UserId, ids.ConsentId, ConsentAsk]:
    async with deps.tx() as tx:
        owner = await make_user(tx)
        consent_id = await request_consent(tx, owner_id=owner.id, network=network)
        return owner.id, consent_id, await _begin(tx, deps.cipher, owner.id, consent_id)


async def _begin(tx: Tx, cipher: Cipher, owner_id: ids.UserId, consent_id: ids.ConsentId) -> ConsentAsk:
    return await begin_consent(
        tx, cipher, owner_id=owner_id, consent_id=consent_id, browser=BROWSER, redirect_uri=CALLBACK
    )


async def take(
    deps: Deps, ask: ConsentAsk, *, state: str = "", network: Network = Network.TIKTOK, browser: str = BROWSER
) -> Walk:
    async with deps.tx() as tx:
        return await take_consent(
            tx, deps.cipher, network=network, state=state or ask.state, browser=browser, redirect_uri=CALLBACK
        )


async def test_what_was_asked_comes_back_once(deps: Deps) -> None:
    owner_id, consent_id, ask = await begun(deps)
    walk = await take(deps, ask)
    assert (walk.owner_id, walk.consent_id, walk.network, walk.ask) == (owner_id, consent_id, Network.TIKTOK, ask)
    with pytest.raises(ConsentOver):
        await take(deps, ask)


async def test_two_that_come_back_at_once_are_one(concurrent_deps: Deps) -> None:
    _, _, ask = await begun(concurrent_deps)
    ends = await asyncio.gather(*(take(concurrent_deps, ask) for _ in range(4)), return_exceptions=True)
    assert sorted(type(end).__name__ for end in ends) == ["ConsentOver"] * 3 + ["Walk"]


async def test_another_browser_neither_ends_nor_takes_it(deps: Deps) -> None:
    _, _, ask = await begun(deps)
    for browser in ("", "another-browser"):
        with pytest.raises(OtherBrowser):
            await take(deps, ask, browser=browser)
    await take(deps, ask)


async def test_a_state_is_of_no_use_at_another_network(deps: Deps) -> None:
    _, _, ask = await begun(deps)
    with pytest.raises(ConsentOver):
        await take(deps, ask, network=Network.YOUTUBE)


async def test_nobody_makes_up_a_state(deps: Deps) -> None:
    _, _, ask = await begun(deps)
    for state in (ask.state[:-1], f"{ask.state}A", ask.state.swapcase(), "x"):
        with pytest.raises(ConsentOver):
            await take(deps, ask, state=state)


async def test_a_link_works_once_and_for_its_owner_only(deps: Deps) -> None:
    owner_id, consent_id, _ = await begun(deps)
    async with deps.tx() as tx:
        other = await make_user(tx)
        fresh = await request_consent(tx, owner_id=owner_id, network=Network.TIKTOK)
    for who, which in ((owner_id, consent_id), (other.id, fresh), (owner_id, ids.ConsentId(ids.new()))):
        with pytest.raises(ConsentOver):
            async with deps.tx() as tx:
                await _begin(tx, deps.cipher, who, which)
    async with deps.tx() as tx:
        await _begin(tx, deps.cipher, owner_id, fresh)
        with pytest.raises(ConsentOver):
            await _begin(tx, deps.cipher, owner_id, fresh)


async def test_only_the_newest_link_of_a_network_works(deps: Deps) -> None:
    async with deps.tx() as tx:
        owner = await make_user(tx)
        first = await request_consent(tx, owner_id=owner.id, network=Network.TIKTOK)
        other = await request_consent(tx, owner_id=owner.id, network=Network.YOUTUBE)
        newest = await request_consent(tx, owner_id=owner.id, network=Network.TIKTOK)
        with pytest.raises(ConsentOver):
            await _begin(tx, deps.cipher, owner.id, first)
        for consent_id in (newest, other):
            await _begin(tx, deps.cipher, owner.id, consent_id)


async def test_ten_minutes_for_the_link_and_again_for_the_way_back(deps: Deps, clock: FixedClock) -> None:
    async with deps.tx() as tx:
        owner = await make_user(tx)
        late = await request_consent(tx, owner_id=owner.id, network=Network.TIKTOK)
    clock.advance(LIFE)
    async with deps.tx() as tx:
        with pytest.raises(ConsentOver):
            await consent_to_begin(tx.session, owner_id=owner.id, consent_id=late, now=tx.now)
        with pytest.raises(ConsentOver):
            await _begin(tx, deps.cipher, owner.id, late)
    _, _, ask = await begun(deps)
    clock.advance(LIFE)
    with pytest.raises(ConsentOver):
        await take(deps, ask)


async def test_what_is_stored_finishes_nobodys_walk(deps: Deps) -> None:
    _, _, ask = await begun(deps)
    async with deps.sessions() as session:
        stored = (await session.execute(text("SELECT consents::text FROM consents"))).scalar_one()
    for secret in (ask.state, ask.verifier, BROWSER):
        assert secret not in stored


async def test_old_walks_are_forgotten(deps: Deps, clock: FixedClock) -> None:
    await begun(deps)
    async with deps.tx() as tx:
        assert await forget_old_consents(tx) == 0
    clock.advance(LIFE * 2000)
    async with deps.tx() as tx:
        assert await forget_old_consents(tx) == 1


def test_a_link_says_whose_it_is_and_nobody_makes_one_up() -> None:
    links = ConsentLinks("https://postaify.example.com", b"k" * 32)
    owner_id, consent_id = ids.UserId(ids.new()), ids.ConsentId(ids.new())
    token = links.start(owner_id=owner_id, consent_id=consent_id).rpartition("/")[2]
    assert links.started(token) == (owner_id, consent_id)
    elsewhere = ConsentLinks(links.base_url, b"another key of thirty-two bytes!")
    swapped = token[22:44] + token[:22] + token[44:]
    made_up = elsewhere.start(owner_id=owner_id, consent_id=consent_id).rpartition("/")[2]
    for wrong in ("", "x", token[:-1], f"{token}A", f"{token}=", swapped, made_up, token.upper(), token[:-2] + "éé"):
        with pytest.raises(ConsentLinkNotOurs):
            links.started(wrong)
