"""An episode's audio in one process: a studio with a speech service, its job, and what came of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from bot import notices
from core.accounts.service import user_by_telegram_id
from core.billing.queries import Feature, entitlement_of
from core.clock import FixedClock
from core.db import TelegramId
from core.deliveries.models import Delivery, StatusMessage
from core.deps import Deps
from core.podcasts import service
from core.podcasts.models import Podcast, PodcastStatus
from core.podcasts.options import PodcastOptions, preset
from core.podcasts.queries import podcast_of
from core.podcasts.script import Line, Script, Section, Speaker
from core.posts.writing import Place
from core.providers.speech import Engine
from core.settings import Settings
from core.telegram.sender import open_sender
from core.work.models import Work
from jobs import deliveries as delivery_jobs
from jobs import podcasts as jobs
from jobs.runtime import Bench
from tests.factories import make_source, make_user
from tests.jobs.conftest import WORKER, at_sandbox
from tests.sandbox_server import RunningSandbox
from web.sandbox.client import Person

NOTES = "The river rose in spring, and the city drank the rain. " * 6


def script_of(*sections: tuple[str, ...]) -> Script:
    """Lines of host and guest in turn."""
    roles = (Speaker.HOST, Speaker.GUEST)
    made = [
        Section(f"Part {number}", tuple(Line(roles[at % 2], text) for at, text in enumerate(lines)))
        for number, lines in enumerate(sections, start=1)
    ]
    return Script("Rain", "en", tuple(made), host="Clara", guest="Theo")


SHORT_SCRIPT = script_of(("What happened then?", "The river rose."), ("And now?", "Now the city drinks the rain."))


@dataclass(frozen=True)
class Studio:
    """A bench, the person for whom it works, and the engine that speaks."""

    bench: Bench
    person: Person
    clock: FixedClock
    engine: Engine = Engine.ESPEAK

    @property
    def deps(self) -> Deps:
        return self.bench.deps

    @property
    def place(self) -> Place:
        return Place(TelegramId(self.person.id), TelegramId(1), "en")

    async def wanted(self, script: Script = SHORT_SCRIPT, **options: Any) -> Podcast:
        """A script is there, and Make audio was pressed. `options` are of PodcastOptions."""
        chosen = preset(self.engine, await self.deps.speakers[self.engine].voices("en"))
        async with self.deps.tx() as tx:
            known = await user_by_telegram_id(tx.session, TelegramId(self.person.id))
            user = known or await make_user(tx, telegram_user_id=self.person.id)
            source = await make_source(tx, user, NOTES)
            podcast = await service.open_podcast(
                tx, owner_id=user.id, source_ids=[source.id], options=replace(chosen, **options)
            )
            podcast.script, podcast.title = script.to_json(), script.title
            podcast.status = PodcastStatus.SCRIPT_READY
            return await service.make_audio(tx, owner_id=user.id, podcast_id=podcast.id, place=self.place)

    async def try_again(self, podcast: Podcast) -> None:
        async with self.deps.tx() as tx:
            await service.retry_podcast(tx, owner_id=podcast.owner_id, podcast_id=podcast.id, place=self.place)

    async def attempt(self, podcast: Podcast) -> Work:
        """Let the job run once, if its time has come."""
        await jobs.render.run(self.bench, str((await self.work(podcast)).id))
        return await self.work(podcast)

    async def wait(self, seconds: float) -> None:
        self.clock.advance(timedelta(seconds=seconds))

    async def work(self, podcast: Podcast) -> Work:
        """The newest."""
        newest = select(Work).where(Work.subject_id == podcast.id).order_by(Work.id.desc()).limit(1)
        async with self.deps.sessions() as session:
            return (await session.scalars(newest)).one()

    def pause_s(self, work: Work) -> float:
        """Until the next attempt."""
        assert work.next_attempt_at is not None
        return (work.next_attempt_at - self.clock.now()).total_seconds()

    async def row(self, podcast: Podcast) -> Podcast:
        async with self.deps.sessions() as session:
            return await podcast_of(session, owner_id=podcast.owner_id, podcast_id=podcast.id)

    async def told(self, podcast: Podcast) -> str:
        """What the status message says."""
        async with self.deps.sessions() as session:
            status = await session.get_one(StatusMessage, podcast.id)
        return str(notices.render(status.notice, status.data, now=self.clock.now()).text)

    async def used(self, podcast: Podcast) -> tuple[int, int]:
        """Episodes and minutes of the plan."""
        async with self.deps.read() as session:
            found = [
                await entitlement_of(session, owner_id=podcast.owner_id, feature=feature, now=self.clock.now())
                for feature in (Feature.PODCASTS, Feature.PODCAST_MINUTES)
            ]
        return found[0].used, found[1].used

    async def send(self, podcast: Podcast) -> None:
        """Whatever waits for Telegram."""
        waiting = select(Delivery).where(Delivery.subject_id == podcast.id).order_by(Delivery.id)
        async with self.deps.sessions() as session:
            found = (await session.scalars(waiting)).all()
        for delivery in found:
            await delivery_jobs.send.run(self.bench, str(delivery.leased_by), str(delivery.id))

    async def options(self, podcast: Podcast) -> PodcastOptions:
        return PodcastOptions.from_json((await self.row(podcast)).options)


@asynccontextmanager
async def open_studio(
    deps: Deps, settings: Settings, sandbox: RunningSandbox, person: Person, clock: FixedClock, engine: Engine
) -> AsyncIterator[Studio]:
    """Over `deps` as they are given; its sender reads the files of their storage."""
    async with open_sender(replace(deps, settings=at_sandbox(settings, sandbox))) as sender:
        yield Studio(Bench(deps, sender, worker=WORKER), person, clock, engine)
