"""Analysing and writing scripts, as jobs: what they cost, what is told, how they end."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy import select

from core import ids
from core.accounts.models import User
from core.billing.queries import Feature, entitlement_of
from core.db import TelegramId
from core.deliveries.models import StatusMessage
from core.errors import LimitReached, ProviderError
from core.posts.writing import Place
from core.providers.critique import Critique, Examined, Judged, Part, Wanted, Written
from core.providers.discovery import Network, NotSupported, Transcript, TranscriptLine
from core.providers.text import Usage
from core.scripts import service
from core.scripts.models import Script, ScriptKind, ScriptStatus
from core.scripts.queries import ScriptNotFound
from core.sources.reading import read_text
from core.viral.keeping import keep_page
from core.work.models import Work, WorkStatus
from jobs import scripts as jobs
from jobs.runtime import Bench, WorkJob
from tests.core.viral.networks import PlayedNetwork
from tests.core.viral.worlds import creator, video
from tests.factories import make_brand, make_user

BREAD = "Why is your bread flat? I tried 12 flours. But it needed time. Follow me for more."
LINES = (TranscriptLine("Why is your bread flat?", 1, 4), TranscriptLine("It needs time.", 4, 8))


@dataclass
class PlayedCritic:
    """A model that says what it is told to."""

    failures: Sequence[Exception] = ()
    asked: Any = None
    engine: str = "played"
    offline: bool = False

    async def critique(self, examined: Examined) -> tuple[Critique, Usage]:
        self.asked = examined
        self._fail()
        judged = tuple(Judged(part, 7, "Good.") for part in Part)
        return Critique(judged, rewrite="Better bread."), Usage("played")

    async def write(self, wanted: Wanted) -> tuple[Written, Usage]:
        self.asked = wanted
        self._fail()
        return Written("Rye rises slowly. Wait for it.", ("17",)), Usage("played")

    def _fail(self) -> None:
        if self.failures:
            error, *self.failures = self.failures
            raise error


class SpokenNetwork(PlayedNetwork):
    """`said` of each video: a transcript, nothing, or what goes wrong."""

    said: Transcript | Exception | None = Transcript("Why is your bread flat? It needs time.", "en", LINES)
    calls = 0

    async def transcript(self, video_url: str) -> Transcript | None:
        self.calls += 1
        if isinstance(self.said, Exception):
            raise self.said
        return self.said


def at(bench: Bench, critic: PlayedCritic | None = None, network: PlayedNetwork | None = None) -> Bench:
    critic, network = critic or PlayedCritic(), network or SpokenNetwork()
    return replace(bench, deps=replace(bench.deps, critic=critic, discoveries={Network.TIKTOK: network}))


async def kept(bench: Bench, text: str = BREAD) -> tuple[User, Script]:
    async with bench.deps.tx() as tx:
        user = await make_user(tx)
        return user, await service.keep_script(tx, owner_id=user.id, reading=read_text(text))


async def of_video(bench: Bench) -> tuple[User, Script]:
    async with bench.deps.tx() as tx:
        user = await make_user(tx)
        (video_id,) = await keep_page(tx, [video(by=creator(), duration_s=8.0)], sample=True)
        return user, await service.keep_video_script(tx, owner_id=user.id, video_id=video_id)


async def request(bench: Bench, user: User, script: Script) -> None:
    async with bench.deps.tx() as tx:
        await service.request_analysis(tx, owner_id=user.id, script_id=script.id, place=place(user))


def place(user: User) -> Place:
    return Place(user.telegram_user_id, TelegramId(7), "en")


async def run(bench: Bench, script: Script, job: WorkJob = jobs.analyse) -> tuple[Script, Work, StatusMessage]:
    newest = select(Work.id).where(Work.subject_id == script.id).order_by(Work.created_at.desc(), Work.id.desc())
    async with bench.deps.read() as session:
        work_id = await session.scalar(newest.limit(1))
    await job.run(bench, str(work_id))
    async with bench.deps.sessions() as session:
        found = await session.get_one(Script, script.id, populate_existing=True)
        work = await session.get_one(Work, work_id, populate_existing=True)
        status = await session.scalar(select(StatusMessage).where(StatusMessage.subject_id == script.id))
    assert status is not None
    return found, work, status


async def used(bench: Bench, user: User) -> int:
    async with bench.deps.read() as session:
        now = bench.deps.clock.now()
        found = await entitlement_of(session, owner_id=user.id, feature=Feature.SCRIPT_ANALYSES, now=now)
    return found.used


async def test_an_analysis_ends_with_a_score_and_takes_one(concurrent_bench: Bench) -> None:
    bench = at(concurrent_bench)
    user, script = await kept(bench)
    await request(bench, user, script)
    found, work, status = await run(bench, script)
    assert (found.status, work.status, status.notice) == (ScriptStatus.READY, WorkStatus.DONE, service.ANALYSED)
    assert found.measures is not None
    assert found.measures["words"] == 17
    assert status.data["shown"]["critique"]["rewrite"] == "Better bread."
    assert await used(bench, user) == 1


async def test_what_is_said_in_a_video_is_fetched_once_and_measured(concurrent_bench: Bench) -> None:
    network = SpokenNetwork()
    critic = PlayedCritic(failures=[ProviderError("text.refused", provider="played", retryable=False)])
    bench = at(concurrent_bench, critic, network)
    user, script = await of_video(bench)
    await request(bench, user, script)
    found, work, status = await run(bench, script)
    assert (found.status, work.status, status.notice) == (ScriptStatus.FAILED, WorkStatus.FAILED, service.FAILED)
    assert found.text == "Why is your bread flat? It needs time."
    assert await used(bench, user) == 0
    await request(bench, user, script)
    found, _, _ = await run(bench, script)
    assert (found.status, found.language, found.sample, network.calls) == (ScriptStatus.READY, "en", True, 1)
    assert critic.asked.measures.words_per_minute == 60
    assert critic.asked.measures.starts_s == 1
    assert await used(bench, user) == 1


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (None, service.NO_TRANSCRIPT),
        (Transcript("[Music] 🎵", "en"), service.NO_TRANSCRIPT),
        (NotSupported(provider="played", what="transcript"), "discovery.not_supported"),
    ],
)
async def test_without_words_it_is_told_and_costs_nothing(concurrent_bench: Bench, said: Any, code: str) -> None:
    network = SpokenNetwork()
    network.said = said
    bench = at(concurrent_bench, network=network)
    user, script = await of_video(bench)
    await request(bench, user, script)
    found, _, status = await run(bench, script)
    assert (found.status, status.data["error"]["code"]) == (ScriptStatus.FAILED, code)
    assert await used(bench, user) == 0


async def test_a_model_that_is_busy_is_tried_again(concurrent_bench: Bench) -> None:
    busy = ProviderError("text.rate_limited", provider="played", retryable=True)
    bench = at(concurrent_bench, PlayedCritic(failures=[busy]))
    user, script = await kept(bench)
    await request(bench, user, script)
    found, work, _ = await run(bench, script)
    assert (found.status, work.status) == (ScriptStatus.WORKING, WorkStatus.QUEUED)
    assert await used(bench, user) == 1


async def test_stopped_while_it_waits_it_costs_nothing_and_can_begin_again(concurrent_bench: Bench) -> None:
    bench = at(concurrent_bench)
    user, script = await kept(bench)
    await request(bench, user, script)
    async with bench.deps.tx() as tx:
        assert await service.cancel_work(tx, owner_id=user.id, script_id=script.id, place=place(user))
    assert await used(bench, user) == 0
    await request(bench, user, script)
    found, _, _ = await run(bench, script)
    assert found.status == ScriptStatus.READY


async def test_deleted_while_it_waits_it_costs_nothing(concurrent_bench: Bench) -> None:
    bench = at(concurrent_bench)
    user, script = await kept(bench)
    await request(bench, user, script)
    async with bench.deps.tx() as tx:
        await service.delete_script(tx, owner_id=user.id, script_id=script.id)
    assert await used(bench, user) == 0


async def test_pressed_twice_it_is_analysed_once_and_the_plan_ends_somewhere(concurrent_bench: Bench) -> None:
    bench = at(concurrent_bench)
    user, script = await kept(bench)
    await request(bench, user, script)
    with pytest.raises(service.AlreadyWorking):
        await request(bench, user, script)
    assert await used(bench, user) == 1
    for _ in range(2):
        await run(bench, script)
        await request(bench, user, script)
    await run(bench, script)
    with pytest.raises(LimitReached):
        await request(bench, user, script)


async def test_a_script_like_a_channel_gets_its_way_and_not_only_its_words(concurrent_bench: Bench) -> None:
    critic = PlayedCritic()
    bench = at(concurrent_bench, critic)
    user, script = await of_video(bench)
    await request(bench, user, script)
    await run(bench, script)
    assert script.creator_id is not None
    async with bench.deps.tx() as tx:
        await make_brand(tx, user, "Oven Bread")
        wanted = await service.request_writing(
            tx, owner_id=user.id, creator_id=script.creator_id, topic="Rye bread", language="en", place=place(user)
        )
    found, _, status = await run(bench, wanted, jobs.write)
    assert (found.kind, found.text) == (ScriptKind.WRITTEN, "Rye rises slowly. Wait for it.")
    assert status.data["shown"]["figures"] == ["17"]
    assert critic.asked.topic == "Rye bread"
    assert critic.asked.examples == ("Why is your bread flat? It needs time.",)
    assert "60 words a minute" in critic.asked.way
    assert critic.asked.brand_voice == "Name: Oven Bread"
    assert await used(bench, user) == 2


async def test_somebody_elses_script_is_not_there(concurrent_bench: Bench) -> None:
    bench = at(concurrent_bench)
    _, script = await kept(bench)
    other, _ = await kept(bench)
    with pytest.raises(ScriptNotFound):
        await request(bench, other, script)
    async with bench.deps.tx() as tx:
        for verb in (service.delete_script, service.restore_script, service.keep_rewrite):
            with pytest.raises(ScriptNotFound):
                await verb(tx, owner_id=ids.UserId(other.id), script_id=script.id)
