"""ElevenLabs' dialogues in episodes: blocks of both voices, line by line where they are refused, and what is kept."""

from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest

from core.clock import FixedClock
from core.deps import Deps
from core.podcasts import editing, service
from core.podcasts.blocks import BLOCK_CHARACTERS
from core.podcasts.models import PodcastStatus
from core.providers.speech import Engine
from core.settings import Settings
from core.work.models import WorkStatus
from tests.core.podcasts.sounds import mp3_of, tone
from tests.core.providers.conftest import mp3, server
from tests.core.providers.fake_speech_server import FakeSpeechServer, answered
from tests.core.providers.speakers import MakeSpeaker
from tests.jobs.episodes import SHORT_SCRIPT, Studio, open_studio, script_of
from tests.sandbox_server import RunningSandbox
from web.sandbox.client import Person

__all__ = ["mp3", "server"]

REFUSED = answered(422, {"detail": [{"loc": ["body"], "msg": "model can't do dialogue", "type": "model"}]})


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
    speaker = MakeSpeaker(http, server.url).elevenlabs(model="eleven_v3", concurrency=1)
    deps = replace(concurrent_deps, speakers={Engine.ELEVENLABS: speaker})
    async with open_studio(deps, settings, sandbox, person, clock, Engine.ELEVENLABS) as opened:
        yield opened


def said(server: FakeSpeechServer) -> list[list[str]]:
    """The lines of each call."""
    return [
        [turn["text"] for turn in request["inputs"]] if "inputs" in request else [request["text"]]
        for request in server.requests
    ]


async def test_each_section_is_said_in_one_breath_with_both_voices(studio: Studio, server: FakeSpeechServer) -> None:
    podcast = await studio.wanted()
    await studio.attempt(podcast)
    assert said(server) == [[line.text for line in section.lines] for section in SHORT_SCRIPT.sections]
    assert len({turn["voice_id"] for turn in server.requests[0]["inputs"]}) == 2
    (part,) = (await studio.row(podcast)).parts
    assert [chapter["title"] for chapter in part["chapters"]] == ["Part 1", "Part 2"]
    assert [(cue["speaker"], cue["text"]) for cue in part["cues"]] == [
        ("Clara", "What happened then?"),
        ("Theo", "The river rose."),
        ("Clara", "And now?"),
        ("Theo", "Now the city drinks the rain."),
    ]
    starts = [cue["start_ms"] for cue in part["cues"]]
    assert starts == sorted(starts)
    assert starts[2] == part["chapters"][1]["start_ms"]
    assert 0 < starts[1] < starts[2]


async def test_a_changed_line_costs_its_block_alone(studio: Studio, server: FakeSpeechServer) -> None:
    podcast = await studio.wanted()
    server.faults.extend([answered(402, {})])
    await studio.attempt(podcast)
    server.requests.clear()
    await studio.try_again(podcast)
    await studio.attempt(podcast)
    server.requests.clear()
    async with studio.deps.tx() as tx:
        row = await studio.row(podcast)
        await editing.edit_line(
            tx, owner_id=row.owner_id, podcast_id=row.id, number=4, version=row.script_version, text="Now it is dry."
        )
        await service.make_audio(tx, owner_id=row.owner_id, podcast_id=row.id, place=studio.place)
    await studio.attempt(podcast)
    assert (await studio.row(podcast)).status == PodcastStatus.READY
    assert said(server) == [["And now?", "Now it is dry."]]


async def test_a_long_section_is_divided_before_the_hosts_lines(studio: Studio, server: FakeSpeechServer) -> None:
    lines = tuple(f"{word} {'rain and more rain ' * 6}".strip() for word in ("One", "Two", "Three", "Four") * 4)
    assert sum(map(len, lines)) > 2 * BLOCK_CHARACTERS
    server.mp3 = mp3_of(tone(40.0))
    podcast = await studio.wanted(script_of(lines))
    assert (await studio.attempt(podcast)).status == WorkStatus.DONE
    calls = said(server)
    assert [line for call in calls for line in call] == list(lines)
    assert len(calls) > 1
    assert all(len(call) % 2 == 0 for call in calls)


async def test_where_dialogues_are_refused_each_line_is_spoken_alone(studio: Studio, server: FakeSpeechServer) -> None:
    server.faults.append(REFUSED)
    podcast = await studio.wanted()
    assert (await studio.attempt(podcast)).status == WorkStatus.DONE
    assert [len(call) for call in said(server)] == [2, 1, 1, 1, 1]


async def test_no_credit_is_no_reason_to_speak_line_by_line(studio: Studio, server: FakeSpeechServer) -> None:
    server.faults.append(answered(402, {}))
    podcast = await studio.wanted()
    assert (await studio.attempt(podcast)).status == WorkStatus.FAILED
    assert len(server.requests) == 1
    assert "credit is used up" in await studio.told(podcast)
