"""What a paid speech service is asked for, counted by itself: nothing twice, whatever is killed."""

import asyncio
import shutil
import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import web
from pydantic import SecretStr

from core.accounts.models import User
from core.db import TelegramId
from core.deps import Deps, open_deps
from core.home import make_home
from core.podcasts import editing, service
from core.podcasts.blocks import blocks_of
from core.podcasts.models import Podcast, PodcastStatus
from core.podcasts.options import preset
from core.podcasts.queries import options_of, recordings_of, script_of
from core.posts.writing import Place
from core.providers.speech import Engine
from core.settings import Settings
from tests.core.providers import fake_speech_server
from tests.core.providers.conftest import mp3
from tests.core.providers.fake_speech_server import KEY, FakeSpeechServer, said
from tests.factories import make_source, make_user
from tests.flows.fixtures import apart
from tests.flows.house import House, running_house
from tests.flows.test_podcasts import has_audio, kill_with_forks
from tests.jobs.episodes import script_of as lines_of
from tests.patience import until

__all__ = ["mp3"]

pytestmark = pytest.mark.process

LINES = tuple(f"This is line number {number}." for number in range(12))
AT_ONCE = 4
"""Calls of one process (core/providers/openai_speech.py)."""
CHANGED = "This is another line altogether."


@dataclass(frozen=True)
class Studio:
    """A house with a speech service, and what its workers have."""

    house: House
    deps: Deps
    vendor: FakeSpeechServer

    def asked(self) -> Counter[str]:
        """How often the service was asked for each text."""
        return Counter(request["input"] for request in self.vendor.requests)


@pytest.fixture
async def studio(settings: Settings, mp3: bytes) -> AsyncIterator[Studio]:
    """Apart from the other houses, whose workers know of no such service."""
    home = make_home(Path(tempfile.mkdtemp(prefix="postaify-vendor-")))
    own = await apart(settings, "vendor", redis_number=2)
    async with fake_speech_server.running(mp3) as vendor:
        speech = {"speech_base_url": vendor.url, "speech_model": "kokoro", "speech_voices": ["nova", "onyx"]}
        own = own.model_copy(update={"home": home, "speech_api_key": SecretStr(KEY), **speech})
        told = {"SPEECH_BASE_URL": vendor.url, "SPEECH_MODEL": "kokoro", "SPEECH_VOICES": "nova,onyx"}
        async with running_house(own, home, more=told | {"SPEECH_API_KEY": KEY}) as house, open_deps(own) as deps:
            await house.start("heavy-worker")
            yield Studio(house, deps, vendor)
    shutil.rmtree(home, ignore_errors=True)


def place_of(user: User) -> Place:
    return Place(user.telegram_user_id, TelegramId(1), "en")


async def wanted(studio: Studio, user: User) -> Podcast:
    """An episode whose audio was asked for."""
    options = preset(Engine.OPENAI, await studio.deps.speakers[Engine.OPENAI].voices("en"))
    script = lines_of(LINES)
    async with studio.deps.tx() as tx:
        source = await make_source(tx, user)
        podcast = await service.open_podcast(tx, owner_id=user.id, source_ids=[source.id], options=options)
        podcast.script, podcast.title = script.to_json(), script.title
        podcast.status = PodcastStatus.SCRIPT_READY
        return await service.make_audio(tx, owner_id=user.id, podcast_id=podcast.id, place=place_of(user))


async def kept(studio: Studio, podcast: Podcast) -> set[str]:
    """The lines whose recordings are noted."""
    script = script_of(podcast)
    assert script is not None
    blocks = blocks_of(script, options_of(podcast), studio.deps.speakers[Engine.OPENAI])
    async with studio.deps.read() as session:
        noted = await recordings_of(session, owner_id=podcast.owner_id, names=[block.name for block in blocks])
    return {block.lines[0].text for block in blocks if block.name in noted}


async def never(server: FakeSpeechServer, request: web.Request) -> web.StreamResponse:
    await asyncio.Event().wait()
    raise AssertionError


async def test_after_a_kill_and_after_an_edit_the_service_is_asked_only_for_what_is_missing(studio: Studio) -> None:
    person = await studio.house.sandbox.client.new_person("Ann")
    await person.send_text("/start")
    async with studio.deps.tx() as tx:
        user = await make_user(tx, telegram_user_id=person.id)
    studio.vendor.faults.extend([said()] * AT_ONCE + [never] * AT_ONCE)
    podcast = await wanted(studio, user)

    async def is_half_done() -> bool:
        return len(await kept(studio, podcast)) == studio.vendor.at_once == AT_ONCE

    await until(is_half_done)
    before = await kept(studio, podcast)
    on_their_way = studio.asked() - Counter(before)
    await kill_with_forks(studio.house, "heavy-worker")
    await studio.house.start("heavy-worker")
    audio = await person.wait_for_message(has_audio)
    assert studio.asked() == Counter(LINES) + on_their_way
    assert len(on_their_way) == AT_ONCE
    studio.vendor.requests.clear()
    async with studio.deps.tx() as tx:
        await editing.edit_line(tx, owner_id=user.id, podcast_id=podcast.id, number=5, version=0, text=CHANGED)
        await service.make_audio(tx, owner_id=user.id, podcast_id=podcast.id, place=place_of(user))
    await person.wait_for_message(has_audio, after=audio.id)
    assert studio.asked() == Counter([CHANGED])
    assert [has_audio(message) for message in await person.history()].count(True) == 2
