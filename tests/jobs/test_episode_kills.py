"""Heavy workers that are killed in the middle of an episode: what counts as a try, and what is made once only."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

import pytest
from sqlalchemy import select

from core.clock import FixedClock
from core.deps import Deps
from core.podcasts.models import Podcast, PodcastRecording, PodcastStatus
from core.providers.speech import NORMAL, Engine, Speech, SpeechSettings
from core.settings import Settings
from core.work.models import Work, WorkStatus
from core.work.service import HEADWAY_MOST, release_work_of
from jobs.podcasts import render
from tests.jobs.conftest import WORKER
from tests.jobs.episodes import Studio, open_studio, script_of
from tests.jobs.speakers import CountingSpeaker
from tests.patience import PATIENCE_S, until
from tests.sandbox_server import RunningSandbox
from web.sandbox.client import Person

ATTEMPTS = render.spec.attempts


@dataclass
class StuckSpeaker(CountingSpeaker):
    """Speaks `left` lines more, one after the other, and then hangs."""

    left: int = 0
    stuck: asyncio.Event = field(default_factory=asyncio.Event)

    async def speak(self, text: str, voice_id: str, *, language: str, settings: SpeechSettings = NORMAL) -> Speech:
        if self.left == 0:
            self.stuck.set()
            await asyncio.Event().wait()
        self.left -= 1
        return await super().speak(text, voice_id, language=language, settings=settings)


@pytest.fixture
def speaker() -> StuckSpeaker:
    return StuckSpeaker()


@pytest.fixture
async def studio(
    concurrent_deps: Deps,
    settings: Settings,
    sandbox: RunningSandbox,
    person: Person,
    clock: FixedClock,
    speaker: StuckSpeaker,
) -> AsyncIterator[Studio]:
    deps = replace(concurrent_deps, speakers={Engine.ESPEAK: speaker})
    async with open_studio(deps, settings, sandbox, person, clock, Engine.ESPEAK) as opened:
        yield opened


async def killed_after(lines: int, studio: Studio, speaker: StuckSpeaker, podcast: Podcast) -> Work:
    """An attempt that makes so many lines and whose worker is then found dead. What is left of it writes nothing."""
    speaker.left = lines
    speaker.stuck.clear()
    running = asyncio.create_task(studio.attempt(podcast))
    async with asyncio.timeout(PATIENCE_S):
        await speaker.stuck.wait()

    async def all_kept() -> bool:
        return len(await kept(studio)) == len(speaker.said)

    await until(all_kept)
    async with studio.deps.tx() as tx:
        assert await release_work_of(tx, [WORKER]) == 1
    async with asyncio.timeout(PATIENCE_S):
        return await running


async def kept(studio: Studio) -> list[str]:
    async with studio.deps.read() as session:
        return list(await session.scalars(select(PodcastRecording.name)))


def lines(count: int) -> tuple[str, ...]:
    return tuple(f"This is line number {number}." for number in range(count))


async def test_kills_after_which_more_is_there_use_up_no_tries(studio: Studio, speaker: StuckSpeaker) -> None:
    said = lines(ATTEMPTS + 3)
    podcast = await studio.wanted(script_of(said))
    for _ in range(ATTEMPTS + 1):
        work = await killed_after(1, studio, speaker, podcast)
        assert work.status == WorkStatus.QUEUED
    speaker.left = len(said)
    work = await studio.attempt(podcast)
    assert (work.status, work.attempt) == (WorkStatus.DONE, ATTEMPTS + 2)
    assert (await studio.row(podcast)).status == PodcastStatus.READY
    assert sorted(speaker.said) == sorted(said), "each line once"


async def test_kills_after_which_nothing_more_is_there_end_it_and_again_goes_on_with_what_was_made(
    studio: Studio, speaker: StuckSpeaker
) -> None:
    """It may be the work that kills them."""
    said = lines(4)
    podcast = await studio.wanted(script_of(said))
    for made in (2, *[0] * ATTEMPTS):
        assert (await killed_after(made, studio, speaker, podcast)).status == WorkStatus.QUEUED
    assert (await studio.attempt(podcast)).status == WorkStatus.FAILED
    told = await studio.told(podcast)
    assert "again and again" in told
    assert "Nothing that was made is lost" in told
    assert "Nothing was charged" in told
    assert "<b>Try again</b> goes on with it" in told
    assert await studio.used(podcast) == (0, 0)
    speaker.left = len(said)
    await studio.try_again(podcast)
    assert (await studio.attempt(podcast)).status == WorkStatus.DONE
    assert (await studio.row(podcast)).status == PodcastStatus.READY
    assert sorted(speaker.said) == sorted(said), "each line once"


async def test_kills_are_not_put_up_with_for_ever(studio: Studio, speaker: StuckSpeaker) -> None:
    podcast = await studio.wanted(script_of(lines(ATTEMPTS + HEADWAY_MOST + 1)))
    for _ in range(ATTEMPTS + HEADWAY_MOST):
        await killed_after(1, studio, speaker, podcast)
    assert (await studio.attempt(podcast)).status == WorkStatus.FAILED
