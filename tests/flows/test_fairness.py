"""One who wants twenty episodes and one who wants one, with a real heavy worker."""

import signal
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from core.accounts.models import User
from core.billing.trials import start_trial
from core.db import TelegramId
from core.deps import Deps, open_deps
from core.podcasts import service
from core.podcasts.models import Podcast, PodcastStatus
from core.podcasts.options import preset
from core.podcasts.queries import podcast_of
from core.posts.writing import Place
from core.providers.speech import Engine
from core.settings import Settings
from tests.factories import make_source, make_user
from tests.flows.house import House
from tests.jobs.episodes import SHORT_SCRIPT
from tests.patience import until
from web.sandbox.client import Person

pytestmark = pytest.mark.process

MANY = 20
WAITING = """
SELECT count(*) FROM jobs JOIN users ON users.id = owner_id
WHERE telegram_user_id = $1 AND kind = 'jobs.podcasts.render' AND status = 'queued' AND attempt = 0
"""


@pytest.fixture
async def deps(house: House, flow_settings: Settings) -> AsyncIterator[Deps]:
    """Of the house, whose heavy worker is out."""
    if "heavy-worker" in house.running:
        await house.end("heavy-worker", signal.SIGTERM)
    async with open_deps(flow_settings.model_copy(update={"home": house.home})) as opened:
        yield opened


async def wanted(deps: Deps, user: User, number: int) -> Podcast:
    """An episode whose audio was asked for."""
    script = replace(SHORT_SCRIPT, title=f"Episode {number}")
    options = preset(Engine.ESPEAK, await deps.speakers[Engine.ESPEAK].voices("en"))
    async with deps.tx() as tx:
        source = await make_source(tx, user)
        podcast = await service.open_podcast(tx, owner_id=user.id, source_ids=[source.id], options=options)
        podcast.script, podcast.title = script.to_json(), script.title
        podcast.status = PodcastStatus.SCRIPT_READY
        return await service.make_audio(tx, owner_id=user.id, podcast_id=podcast.id, place=place_of(user))


def place_of(user: User) -> Place:
    return Place(user.telegram_user_id, TelegramId(1), "en")


async def on_trial(deps: Deps, person: Person) -> User:
    """With as many episodes as this takes."""
    await person.send_text("/start")
    async with deps.tx() as tx:
        user = await make_user(tx, telegram_user_id=person.id)
        await start_trial(tx, owner_id=user.id)
    return user


async def test_who_wants_one_episode_does_not_wait_for_the_twenty_of_another(
    house: House, deps: Deps, person: Person
) -> None:
    busy, patient = [await on_trial(deps, each) for each in (person, await person.client.new_person("Bob"))]
    many = [await wanted(deps, busy, number) for number in range(MANY)]
    one = await wanted(deps, patient, MANY)
    await house.start("heavy-worker")

    async def is_ready() -> bool:
        async with deps.read() as session:
            podcast = await podcast_of(session, owner_id=patient.id, podcast_id=one.id)
        return podcast.status == PodcastStatus.READY

    await until(is_ready)
    [[waiting]] = await house.rows(WAITING, busy.telegram_user_id)
    for podcast in many:
        async with deps.tx() as tx:
            await service.cancel_podcast(tx, owner_id=busy.id, podcast_id=podcast.id, place=place_of(busy))
    assert waiting > 0
