"""Speech services that fail: what is tried again and when, what is told, what it costs, and what is made once only."""

from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest

from core.clock import FixedClock
from core.deps import Deps
from core.podcasts.models import PodcastStatus
from core.providers.speech import Engine
from core.settings import Settings
from core.work.models import WorkStatus
from tests.core.providers.conftest import mp3, server
from tests.core.providers.fake_speech_server import FakeSpeechServer, Fault, answered, dropped, eleven, said, silent
from tests.core.providers.speakers import MakeSpeaker
from tests.jobs.episodes import Studio, open_studio, script_of
from tests.sandbox_server import RunningSandbox
from web.sandbox.client import Person

__all__ = ["mp3", "server"]

CALLS = 4
"""That one attempt makes for a line before it gives up what may pass."""
AWAY = answered(500, b"<html>oops</html>", content_type="text/html")


def refused(status: int, code: str) -> Fault:
    async def respond(server: FakeSpeechServer, request: object) -> object:
        return eleven(status, code)

    return respond  # type: ignore[return-value]


@pytest.fixture
async def studio(
    concurrent_deps: Deps,
    settings: Settings,
    sandbox: RunningSandbox,
    person: Person,
    clock: FixedClock,
    server: FakeSpeechServer,
    http: httpx.AsyncClient,
) -> AsyncIterator[Studio]:
    """One call at a time, so that lines come in their order."""
    speaker = MakeSpeaker(http, server.url)(Engine.ELEVENLABS, try_s=0.5, concurrency=1)
    deps = replace(concurrent_deps, speakers={Engine.ELEVENLABS: speaker})
    async with open_studio(deps, settings, sandbox, person, clock, Engine.ELEVENLABS) as opened:
        yield opened


def texts(server: FakeSpeechServer) -> list[str]:
    return [request["text"] for request in server.requests]


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (refused(401, "invalid_api_key"), "refuses our key"),
        (answered(402, {}), "credit is used up"),
        (refused(401, "quota_exceeded"), "credit is used up"),
        (refused(404, "voice_not_found"), "isn't there any more. Choose another one."),
    ],
    ids=["401", "402", "quota", "no such voice"],
)
async def test_what_only_somebody_can_mend_is_told_at_once_and_costs_nothing(
    studio: Studio, server: FakeSpeechServer, fault: Fault, sentence: str
) -> None:
    server.faults.extend([said(), fault])
    podcast = await studio.wanted()
    work = await studio.attempt(podcast)
    assert (work.status, work.attempt, len(server.requests)) == (WorkStatus.FAILED, 1, 2)
    assert sentence in await studio.told(podcast)
    assert "Nothing was charged" in await studio.told(podcast)
    assert await studio.used(podcast) == (0, 0)


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (AWAY, "doesn't answer right now"),
        (answered(429, {}, headers={"Retry-After": "0"}), "has too much to do"),
        (silent(), "took too long"),
        (dropped(), "broke off in the middle"),
        (answered(200, b"", content_type="audio/mpeg"), "sent no sound"),
        (answered(200, b"<html>Sign in</html>", content_type="text/html"), "something that is no sound"),
    ],
    ids=["500", "429", "hang", "truncated", "empty", "wrong content type"],
)
async def test_what_may_pass_is_tried_three_times_then_told_and_again_makes_only_what_failed(
    studio: Studio, server: FakeSpeechServer, fault: Fault, sentence: str
) -> None:
    server.faults.extend([said(), said(), *[fault] * 3 * CALLS])
    podcast = await studio.wanted()
    pauses = []
    for _ in range(2):
        work = await studio.attempt(podcast)
        assert work.status == WorkStatus.QUEUED
        pauses.append(studio.pause_s(work))
        await studio.wait(pauses[-1])
    assert pauses == [5, 10]
    assert (await studio.attempt(podcast)).status == WorkStatus.FAILED
    assert sentence in await studio.told(podcast)
    assert await studio.used(podcast) == (0, 0)
    server.requests.clear()
    await studio.try_again(podcast)
    await studio.attempt(podcast)
    assert (await studio.row(podcast)).status == PodcastStatus.READY
    assert texts(server) == ["And now?", "Now the city drinks the rain."]
    assert await studio.used(podcast) == (1, 1)


async def test_a_pause_that_the_service_asks_for_is_kept(studio: Studio, server: FakeSpeechServer) -> None:
    server.faults.append(answered(429, {}, headers={"Retry-After": "120"}))
    podcast = await studio.wanted()
    work = await studio.attempt(podcast)
    assert (work.status, studio.pause_s(work), len(server.requests)) == (WorkStatus.QUEUED, 120, 1)
    await studio.wait(119)
    assert (await studio.attempt(podcast)).status == WorkStatus.QUEUED
    assert len(server.requests) == 1
    await studio.wait(1)
    await studio.attempt(podcast)
    assert (await studio.row(podcast)).status == PodcastStatus.READY


async def test_a_moment_of_trouble_is_not_even_noticed(studio: Studio, server: FakeSpeechServer) -> None:
    server.faults.extend([AWAY, said(), dropped()])
    podcast = await studio.wanted()
    work = await studio.attempt(podcast)
    assert (work.status, work.attempt) == (WorkStatus.DONE, 1)
    assert await studio.used(podcast) == (1, 1)


async def test_a_line_that_is_said_twice_is_spoken_once(studio: Studio, server: FakeSpeechServer) -> None:
    podcast = await studio.wanted(script_of(("Yes, really.", "No.", "Yes, really.", "No.")))
    await studio.attempt(podcast)
    assert sorted(texts(server)) == ["No.", "Yes, really."]
    assert len((await studio.row(podcast)).parts[0]["cues"]) == 4
