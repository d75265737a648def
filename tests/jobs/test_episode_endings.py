"""The last steps of an episode: renamed while it is joined, stopped while it is stored, and not sent after all."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from io import BytesIO

import pytest
from mutagen.id3 import ID3

from core.clock import FixedClock
from core.deps import Deps
from core.podcasts import service
from core.podcasts.models import PodcastStatus
from core.providers.speech import Engine
from core.settings import Settings
from tests.jobs.episodes import Studio, open_studio
from tests.jobs.test_podcasts import CountingSpeaker
from tests.patience import PATIENCE_S
from tests.sandbox_server import RunningSandbox
from web.sandbox.client import Person


@pytest.fixture
def speaker() -> CountingSpeaker:
    return CountingSpeaker()


@pytest.fixture
async def studio(
    concurrent_deps: Deps,
    settings: Settings,
    sandbox: RunningSandbox,
    person: Person,
    clock: FixedClock,
    speaker: CountingSpeaker,
) -> AsyncIterator[Studio]:
    deps = replace(concurrent_deps, speakers={Engine.ESPEAK: speaker})
    async with open_studio(deps, settings, sandbox, person, clock, Engine.ESPEAK) as opened:
        yield opened


async def stored(studio: Studio, key: str) -> bytes:
    return b"".join([chunk async for chunk in studio.deps.storage.read(key)])


async def test_renamed_while_it_is_made_all_of_its_files_say_the_new_title(
    studio: Studio, speaker: CountingSpeaker
) -> None:
    speaker.waits = asyncio.Event()
    podcast = await studio.wanted()
    running = asyncio.ensure_future(studio.attempt(podcast))
    async with asyncio.timeout(PATIENCE_S):
        await speaker.asked.wait()
    async with studio.deps.tx() as tx:
        await service.rename_podcast(tx, owner_id=podcast.owner_id, podcast_id=podcast.id, title="After the rain")
    speaker.waits.set()
    await running
    ready = await studio.row(podcast)
    assert ready.status == PodcastStatus.READY
    assert ready.transcript_key is not None
    assert ready.picture_key is not None
    tags = ID3(BytesIO(await stored(studio, ready.parts[0]["key"])))
    assert str(tags["TIT2"]) == "After the rain"
    assert tags.getall("APIC")[0].data == await stored(studio, ready.picture_key)
    assert (await stored(studio, ready.transcript_key)).startswith(b"After the rain\n")
    assert len(speaker.said) == len(set(speaker.said))
    await studio.send(podcast)
    assert (await studio.person.history())[-1].body["audio"]["title"] == "After the rain"
    assert "Ready" in await studio.told(podcast)
