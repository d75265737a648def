"""From a source to an episode, job by job: what is spoken once, what is kept, what is told, and what it costs."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot import notices
from core.billing.queries import Feature, entitlement_of
from core.db import TelegramId
from core.deliveries.models import Delivery, StatusMessage
from core.deps import Deps
from core.errors import ProviderError
from core.podcasts import editing, service
from core.podcasts.models import Podcast, PodcastStatus
from core.podcasts.options import preset
from core.podcasts.queries import podcast_of
from core.podcasts.script import Line, Script, Section, Speaker
from core.posts.writing import Place
from core.providers.speech import Engine, SpeechErrorCode
from core.settings import Settings
from core.storage import StoredFileNotFound
from core.telegram.sender import open_sender
from core.work.models import Work, WorkStatus
from jobs import deliveries as delivery_jobs
from jobs import podcasts as jobs
from jobs.runtime import Bench
from tests.factories import make_source, make_user
from tests.jobs.conftest import WORKER, at_sandbox
from tests.jobs.speakers import CountingSpeaker
from tests.patience import PATIENCE_S
from tests.sandbox_server import RunningSandbox
from web.sandbox.client import Person

NOTES = (Path(__file__).parents[1] / "core/providers/sources/long/en.txt").read_text()
SCRIPT = Script(
    "Rain",
    "en",
    (
        Section("Before", (Line(Speaker.HOST, "What happened then?"), Line(Speaker.GUEST, "The river rose."))),
        Section("After", (Line(Speaker.HOST, "And now?"), Line(Speaker.GUEST, "Now the city drinks the rain."))),
    ),
    host="Clara",
    guest="Theo",
)


@pytest.fixture
def speaker() -> CountingSpeaker:
    return CountingSpeaker()


@pytest.fixture
async def studio(
    concurrent_deps: Deps, settings: Settings, sandbox: RunningSandbox, speaker: CountingSpeaker
) -> AsyncIterator[Bench]:
    """A bench whose voice counts, and that sends what is stored."""
    deps = replace(concurrent_deps, speakers={Engine.ESPEAK: speaker})
    async with open_sender(replace(deps, settings=at_sandbox(settings, sandbox))) as sender:
        yield Bench(deps, sender, worker=WORKER)


def place_of(person: Person) -> Place:
    return Place(TelegramId(person.id), TelegramId(1), "en")


async def asked(deps: Deps, person: Person, *, then_audio: bool = False) -> Podcast:
    """The script was asked for."""
    options = preset(Engine.ESPEAK, await deps.speakers[Engine.ESPEAK].voices("en"))
    async with deps.tx() as tx:
        user = await make_user(tx, telegram_user_id=person.id)
        source = await make_source(tx, user, NOTES)
        podcast = await service.open_podcast(tx, owner_id=user.id, source_ids=[source.id], options=options)
        return await service.request_script(
            tx, owner_id=user.id, podcast_id=podcast.id, place=place_of(person), then_audio=then_audio
        )


async def audio_asked(deps: Deps, person: Person, script: Script = SCRIPT) -> Podcast:
    """A short script is there, and Make audio was pressed."""
    options = preset(Engine.ESPEAK, await deps.speakers[Engine.ESPEAK].voices("en"))
    async with deps.tx() as tx:
        user = await make_user(tx, telegram_user_id=person.id)
        source = await make_source(tx, user, NOTES)
        podcast = await service.open_podcast(tx, owner_id=user.id, source_ids=[source.id], options=options)
        podcast.script, podcast.title = script.to_json(), script.title
        podcast.status = PodcastStatus.SCRIPT_READY
        return await service.make_audio(tx, owner_id=user.id, podcast_id=podcast.id, place=place_of(person))


async def row_of(deps: Deps, podcast: Podcast) -> Podcast:
    async with deps.sessions() as session:
        return await podcast_of(session, owner_id=podcast.owner_id, podcast_id=podcast.id)


async def work_on(deps: Deps, podcast: Podcast) -> Work:
    """The newest."""
    async with deps.sessions() as session:
        found = await session.scalars(
            select(Work).where(Work.subject_id == podcast.id).order_by(Work.id.desc()).limit(1)
        )
        return found.one()


async def run(bench: Bench, podcast: Podcast) -> Work:
    """The job that waits."""
    work = await work_on(bench.deps, podcast)
    job = {service.SCRIPT.target: jobs.write_script, service.SECTION.target: jobs.rewrite_section}
    await job.get(work.kind, jobs.render).run(bench, str(work.id))
    return await work_on(bench.deps, podcast)


async def status_of(deps: Deps, podcast: Podcast) -> StatusMessage:
    async with deps.sessions() as session:
        return await session.get_one(StatusMessage, podcast.id)


async def used(deps: Deps, podcast: Podcast, feature: Feature) -> int:
    async with deps.read() as session:
        found = await entitlement_of(session, owner_id=podcast.owner_id, feature=feature, now=deps.clock.now())
    return found.used


async def send_what_waits(bench: Bench, podcast: Podcast) -> None:
    async with bench.deps.sessions() as session:
        found = (await session.scalars(select(Delivery).where(Delivery.subject_id == podcast.id))).all()
    for delivery in found:
        await delivery_jobs.send.run(bench, str(delivery.leased_by), str(delivery.id))


async def test_a_script_is_written_and_shown_with_its_quote(studio: Bench, person: Person) -> None:
    podcast = await asked(studio.deps, person)
    await run(studio, podcast)
    written, status = await row_of(studio.deps, podcast), await status_of(studio.deps, podcast)
    assert written.status == PodcastStatus.SCRIPT_READY
    assert (status.notice, status.data["page"]) == ("podcasts.script", 1)
    assert 255 <= status.data["seconds"] <= 345
    assert await used(studio.deps, podcast, Feature.PODCASTS) == 1
    assert await used(studio.deps, podcast, Feature.PODCAST_MINUTES) == 5


async def test_an_episode_is_made_sent_and_charged_by_its_real_length(
    studio: Bench, person: Person, speaker: CountingSpeaker
) -> None:
    podcast = await audio_asked(studio.deps, person)
    await run(studio, podcast)
    ready = await row_of(studio.deps, podcast)
    assert (ready.status, len(ready.parts), len(speaker.said)) == (PodcastStatus.READY, 1, 4)
    assert [chapter["title"] for chapter in ready.parts[0]["chapters"]] == ["Before", "After"]
    assert await used(studio.deps, podcast, Feature.PODCAST_MINUTES) == 1
    await send_what_waits(studio, podcast)
    audio = (await person.history())[-1]
    assert audio.body["audio"]["title"] == "Rain"
    assert (await status_of(studio.deps, podcast)).notice == "podcasts.done"


async def test_a_text_in_no_known_language_is_read_all_the_same(studio: Bench, person: Person) -> None:
    podcast = await audio_asked(studio.deps, person, replace(SCRIPT, language="und"))
    await run(studio, podcast)
    assert (await row_of(studio.deps, podcast)).status == PodcastStatus.READY


async def test_straight_to_audio_goes_on_from_the_script_by_itself(studio: Bench, person: Person) -> None:
    podcast = await asked(studio.deps, person, then_audio=True)
    await run(studio, podcast)
    assert (await row_of(studio.deps, podcast)).status == PodcastStatus.RENDERING
    assert (await work_on(studio.deps, podcast)).kind == service.RENDER.target


async def test_what_was_spoken_before_a_failure_is_not_spoken_again(
    studio: Bench, person: Person, speaker: CountingSpeaker
) -> None:
    away = ProviderError(SpeechErrorCode.UNAVAILABLE, provider="espeak", retryable=True)
    speaker.failures["And now?"] = [away]
    podcast = await audio_asked(studio.deps, person)
    work = await run(studio, podcast)
    assert (work.status, speaker.said) == (WorkStatus.QUEUED, ["What happened then?", "The river rose."])
    await due_again(studio.deps, work)
    await run(studio, podcast)
    assert (await row_of(studio.deps, podcast)).status == PodcastStatus.READY
    assert sorted(speaker.said) == sorted(line.text for line in SCRIPT.lines)


async def test_an_edit_makes_only_what_changed(studio: Bench, person: Person, speaker: CountingSpeaker) -> None:
    speaker.failures["Now the city drinks the rain."] = [refused()]
    podcast = await audio_asked(studio.deps, person)
    await run(studio, podcast)
    speaker.said.clear()
    async with studio.deps.tx() as tx:
        await editing.edit_line(
            tx, owner_id=podcast.owner_id, podcast_id=podcast.id, number=4, version=0, text="Now it is dry."
        )
        await service.make_audio(tx, owner_id=podcast.owner_id, podcast_id=podcast.id, place=place_of(person))
    await run(studio, podcast)
    assert (await row_of(studio.deps, podcast)).status == PodcastStatus.READY
    assert speaker.said == ["Now it is dry."]


async def test_a_refusal_is_told_and_costs_nothing(studio: Bench, person: Person, speaker: CountingSpeaker) -> None:
    speaker.failures["And now?"] = [refused()]
    podcast = await audio_asked(studio.deps, person)
    work = await run(studio, podcast)
    failed, status = await row_of(studio.deps, podcast), await status_of(studio.deps, podcast)
    assert (work.status, failed.status) == (WorkStatus.FAILED, PodcastStatus.FAILED)
    assert (status.notice, status.data["error"]["code"]) == ("podcasts.failed", SpeechErrorCode.NO_CREDIT)
    assert await used(studio.deps, podcast, Feature.PODCASTS) == 0
    assert await used(studio.deps, podcast, Feature.PODCAST_MINUTES) == 0


async def test_a_broken_recording_is_made_anew_by_the_next_attempt(
    studio: Bench, person: Person, speaker: CountingSpeaker
) -> None:
    podcast = await audio_asked(studio.deps, person)
    speaker.broken.add("And now?")
    work = await run(studio, podcast)
    assert (work.status, (work.error or {})["code"]) == (WorkStatus.QUEUED, "podcasts.segment_broken")
    speaker.said.clear()
    await due_again(studio.deps, work)
    await run(studio, podcast)
    assert (await row_of(studio.deps, podcast)).status == PodcastStatus.READY
    assert speaker.said == ["And now?"]


async def test_a_cancel_while_it_runs_stops_it_and_gives_the_quota_back(
    studio: Bench, person: Person, speaker: CountingSpeaker
) -> None:
    speaker.waits = asyncio.Event()
    podcast = await audio_asked(studio.deps, person)
    running = asyncio.ensure_future(run(studio, podcast))
    async with asyncio.timeout(PATIENCE_S):
        await speaker.asked.wait()
    async with studio.deps.tx() as tx:
        stopping = await service.cancel_podcast(
            tx, owner_id=podcast.owner_id, podcast_id=podcast.id, place=place_of(person)
        )
    work = await running
    assert (stopping, work.status) == (True, WorkStatus.CANCELLED)
    assert (await row_of(studio.deps, podcast)).status == PodcastStatus.CANCELLED
    assert (await status_of(studio.deps, podcast)).notice == "podcasts.cancelled"
    assert await used(studio.deps, podcast, Feature.PODCAST_MINUTES) == 0


async def test_a_section_is_written_anew_and_the_others_stay(studio: Bench, person: Person) -> None:
    podcast = await asked(studio.deps, person)
    await run(studio, podcast)
    before = await row_of(studio.deps, podcast)
    async with studio.deps.tx() as tx:
        await editing.regenerate_section(
            tx, owner_id=podcast.owner_id, podcast_id=podcast.id, number=2, version=1, place=place_of(person)
        )
    await run(studio, podcast)
    after = await row_of(studio.deps, podcast)
    assert (after.status, after.script_version) == (PodcastStatus.SCRIPT_READY, 2)
    old, new = (Script.from_json(each.script or {}) for each in (before, after))
    assert (old.sections[0], old.sections[2:]) == (new.sections[0], new.sections[2:])


async def test_a_podcast_deleted_while_it_runs_is_not_sent(
    studio: Bench, person: Person, speaker: CountingSpeaker
) -> None:
    speaker.waits = asyncio.Event()
    podcast = await audio_asked(studio.deps, person)
    running = asyncio.ensure_future(run(studio, podcast))
    async with asyncio.timeout(PATIENCE_S):
        await speaker.asked.wait()
    async with studio.deps.tx() as tx:
        await service.delete_podcast(tx, owner_id=podcast.owner_id, podcast_id=podcast.id, place=place_of(person))
    work = await running
    assert work.status == WorkStatus.CANCELLED
    assert (await status_of(studio.deps, podcast)).notice == "podcasts.deleted"
    assert await used(studio.deps, podcast, Feature.PODCASTS) == 0
    async with studio.deps.read() as session:
        assert await session.scalar(select(func.count()).select_from(Delivery)) == 0


async def a_finished_one(studio: Bench, person: Person, speaker: CountingSpeaker) -> Podcast:
    """With line 4 changed since, and the audio asked for again."""
    podcast = await audio_asked(studio.deps, person)
    await run(studio, podcast)
    speaker.said.clear()
    async with studio.deps.tx() as tx:
        await editing.edit_line(
            tx, owner_id=podcast.owner_id, podcast_id=podcast.id, number=4, version=0, text="Now it is dry."
        )
    return await row_of(studio.deps, podcast)


async def audio_again(studio: Bench, podcast: Podcast, person: Person) -> None:
    async with studio.deps.tx() as tx:
        await service.make_audio(tx, owner_id=podcast.owner_id, podcast_id=podcast.id, place=place_of(person))


async def test_a_finished_episode_is_made_again_from_the_changed_line_alone(
    studio: Bench, person: Person, speaker: CountingSpeaker
) -> None:
    before = await a_finished_one(studio, person, speaker)
    await audio_again(studio, before, person)
    await run(studio, before)
    after = await row_of(studio.deps, before)
    assert speaker.said == ["Now it is dry."]
    assert (after.status, after.audio_version, after.ready_at) == (PodcastStatus.READY, 1, before.ready_at)
    assert await used(studio.deps, before, Feature.PODCASTS) == 1
    assert await used(studio.deps, before, Feature.PODCAST_MINUTES) == 2
    assert not await is_stored(studio.deps, before.parts[0]["key"])
    assert await is_stored(studio.deps, after.parts[0]["key"])
    with pytest.raises(service.NotNow):
        await audio_again(studio, before, person)


async def test_the_old_audio_stays_when_the_new_one_fails(
    studio: Bench, person: Person, speaker: CountingSpeaker
) -> None:
    before = await a_finished_one(studio, person, speaker)
    speaker.failures["Now it is dry."] = [refused()]
    await audio_again(studio, before, person)
    await run(studio, before)
    after, status = await row_of(studio.deps, before), await status_of(studio.deps, before)
    assert (after.status, after.parts, after.audio_version) == (PodcastStatus.READY, before.parts, 0)
    assert await is_stored(studio.deps, before.parts[0]["key"])
    assert await used(studio.deps, before, Feature.PODCAST_MINUTES) == 1
    shown = notices.render(status.notice, status.data, now=studio.deps.clock.now())
    assert "The audio that was there before stays" in shown.text
    async with studio.deps.tx() as tx:
        await service.retry_podcast(tx, owner_id=before.owner_id, podcast_id=before.id, place=place_of(person))
    await run(studio, before)
    assert (await row_of(studio.deps, before)).audio_version == 1


async def is_stored(deps: Deps, key: str) -> bool:
    try:
        await deps.storage.stat(key)
    except StoredFileNotFound:
        return False
    return True


def refused() -> ProviderError:
    return ProviderError(SpeechErrorCode.NO_CREDIT, provider="espeak", retryable=False)


async def due_again(deps: Deps, work: Work) -> None:
    """The wait before the next attempt is over."""
    async with deps.tx() as tx:
        row = await tx.session.get_one(Work, work.id)
        row.lease_until = None
