"""Answers of which parts are gone, odd, or in each other's place: what can be read is, and can be kept."""

import json
import random
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web

from core.clock import FixedClock
from core.errors import AppError
from core.providers.discovery import FoundCreator, FoundVideo, Period, Search
from core.tx import Tx
from core.viral.keeping import keep_creators, keep_page
from tests.core.providers.discoveries import WITH_KEY, MakeDiscovery
from tests.core.providers.fake_discovery_server import FakeDiscoveryServer, Fault, well_answered

BREAD = Search("bread", Period.WEEK, "US")
ROUNDS = 40
ODD: list[Any] = [
    None, True, -1, 0, 1.5, "", "many", "a\x00b \ud83d", random.Random(0).randbytes(9_000).hex(),
    "9" * 400, 2**31, 2**63, 10**30, [], {}, [[None]], "https://", "1e999", "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59-12:00",
]  # fmt: skip


def places(answer: Any) -> Iterator[tuple[Any, Any]]:
    """Where something stands: in which object or list, and under what."""
    held: Any = answer.items() if isinstance(answer, dict) else enumerate(answer) if isinstance(answer, list) else ()
    for name, part in held:
        yield answer, name
        yield from places(part)


def broken(answer: Any, chance: random.Random) -> Any:
    for _ in range(chance.randint(1, 8)):
        found = list(places(answer))
        if not found:
            return answer
        (inside, name), (other, elsewhere) = chance.choice(found), chance.choice(found)
        match chance.randrange(4):
            case 0:
                del inside[name]
            case 1:
                inside[name] = json.loads(json.dumps(other[elsewhere]))
            case _:
                inside[name] = chance.choice(ODD)
    return answer


def half_broken(chance: random.Random) -> Fault:
    async def respond(server: FakeDiscoveryServer, request: web.Request) -> web.StreamResponse:
        answer = json.loads(well_answered(request).body)  # type: ignore[arg-type]
        return web.json_response(broken(answer, chance))

    return respond


@pytest.mark.parametrize("kind", WITH_KEY)
async def test_whatever_is_broken_the_rest_is_read_and_kept(
    discover: MakeDiscovery, networks: FakeDiscoveryServer, tx: Tx, clock: FixedClock, kind: str
) -> None:
    provider = discover(kind)
    baker = await provider.creator("baker")
    videos: list[FoundVideo] = []
    creators: list[FoundCreator] = []
    for seed in range(ROUNDS):
        clock.advance(timedelta(days=1))  # for new quotas
        networks.faults.clear()
        networks.faults.extend([half_broken(random.Random(seed))] * 40)
        with suppress(AppError):
            videos.extend((await provider.search(BREAD)).videos)
        with suppress(AppError):
            videos.extend((await provider.videos_of(baker)).videos)
        with suppress(AppError):
            creators.append(await provider.creator("baker"))
    networks.faults.clear()
    for video in videos:
        await keep_page(tx, [video], sample=False)
    for creator in creators:
        await keep_creators(tx, [creator])
    assert videos
    assert creators
