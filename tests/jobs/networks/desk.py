"""Somebody with a video and connected accounts, the networks that are played, and the jobs between them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from pydantic import SecretStr
from sqlalchemy import select

from core import ids
from core.accounts.models import User
from core.billing.queries import Feature, entitlement_of
from core.billing.trials import start_trial
from core.clock import FixedClock
from core.connections.models import Connection, ConnectionStatus
from core.crypto import place_of
from core.deliveries.models import Delivery, StatusMessage
from core.deps import Deps
from core.providers.discovery import Network
from core.publishing import service
from core.publishing.models import Publication, VideoPost
from core.publishing.networks.contract import Publisher, Wanted
from core.publishing.queries import publications_of
from core.publishing.showing import TOLD
from core.storage import key_for
from core.videos.models import OwnVideo, OwnVideoStatus, PreparedVideo
from core.videos.profiles import PROFILES
from core.work.models import Work, WorkStatus
from core.work.service import release_work_of
from jobs import publishing as jobs
from jobs.publishing_due import tend_publishing
from jobs.runtime import Bench
from tests.factories import make_user
from tests.jobs.networks.played import video_bytes

SIZE_BYTES = 3500
PUBLIC = "PUBLIC_TO_EVERYONE"


@dataclass(frozen=True)
class Desk:
    """A person's accounts and their video, and the worker that publishes."""

    bench: Bench
    clock: FixedClock
    owner: User
    video: OwnVideo
    connections: Mapping[Network, Connection]

    @property
    def deps(self) -> Deps:
        return self.bench.deps

    async def drafted(self, *networks: Network, by_hand: Sequence[Network] = (), **options: Any) -> VideoPost:
        """Networks are chosen, and everything is as they want it. `options` are of Wanted."""
        async with self.deps.tx() as tx:
            post = await service.draft_video_post(tx, owner_id=self.owner.id, video_id=self.video.id, caption="Bread!")
            chosen = await service.choose_networks(
                tx,
                owner_id=self.owner.id,
                video_post_id=post.id,
                connection_ids=[self.connections[each].id for each in networks],
                by_hand=by_hand,
            )
            for one in chosen:
                wanted = Wanted(caption=f"Bread! {post.id}", title="Bread", privacy=PUBLIC, made_for_kids=False)
                await service.set_wanted(
                    tx,
                    owner_id=self.owner.id,
                    publication_id=one.id,
                    wanted=replace(wanted, **options),
                    consented=True,
                )
        return post

    async def started(self, *networks: Network, **options: Any) -> VideoPost:
        """Publish now was pressed."""
        post = await self.drafted(*networks, **options)
        async with self.deps.tx() as tx:
            await service.publish_now(tx, owner_id=self.owner.id, video_post_id=post.id)
        return post

    async def attempt(self, post: VideoPost) -> None:
        """Let each of its jobs run once, if its time has come."""
        for one in await self.publications(post):
            await jobs.publish.run(self.bench, str((await self.work(one)).id))

    async def finish(self, post: VideoPost, *, attempts: int = 40) -> VideoPost:
        """Attempt after attempt, with the pauses between, until nothing is left to do."""
        for _ in range(attempts):
            await self.attempt(post)
            if not await self.unfinished(post):
                return await self.post(post)
            self.clock.advance(timedelta(seconds=61))
        raise AssertionError(f"still at it: {[each.status for each in await self.publications(post)]}")

    async def recover(self) -> None:
        """The killed worker's claims are taken back, as the sweeper does it."""
        async with self.deps.tx() as tx:
            await release_work_of(tx, [self.bench.worker])

    async def tend(self) -> None:
        """What the scheduler does beside its loop."""
        await tend_publishing(self.deps)

    async def let_pass(self, post: VideoPost, time: timedelta) -> None:
        """As if it had been waiting for limits for so much longer."""
        async with self.deps.tx() as tx:
            for one in await publications_of(tx.session, owner_id=post.owner_id, video_post_id=post.id, lock=True):
                assert one.limited_since is not None
                one.limited_since -= time

    async def unfinished(self, post: VideoPost) -> bool:
        wanted = [each.id for each in await self.publications(post)]
        open_states = (WorkStatus.QUEUED, WorkStatus.RUNNING)
        async with self.deps.read() as session:
            found = select(Work.id).where(Work.subject_id.in_(wanted), Work.status.in_(open_states)).limit(1)
            return await session.scalar(found) is not None

    async def work(self, publication: Publication) -> Work:
        """The newest."""
        newest = select(Work).where(Work.subject_id == publication.id).order_by(Work.id.desc()).limit(1)
        async with self.deps.read() as session:
            return (await session.scalars(newest)).one()

    async def post(self, post: VideoPost) -> VideoPost:
        async with self.deps.read() as session:
            return await session.get_one(VideoPost, post.id)

    async def publications(self, post: VideoPost) -> Sequence[Publication]:
        async with self.deps.read() as session:
            return await publications_of(session, owner_id=post.owner_id, video_post_id=post.id)

    async def only(self, post: VideoPost) -> Publication:
        (one,) = await self.publications(post)
        return one

    async def told(self) -> list[str]:
        """What messages of their own were about, in order."""
        async with self.deps.read() as session:
            rows = await session.scalars(select(Delivery.content).order_by(Delivery.id))
            return [content["data"]["about"] for content in rows if content["notice"] == TOLD]

    async def shown(self, post: VideoPost) -> dict[str, Any]:
        """What the status message is to show."""
        async with self.deps.read() as session:
            return (await session.get_one(StatusMessage, post.id)).data

    async def used(self) -> int:
        async with self.deps.read() as session:
            found = await entitlement_of(
                session, owner_id=self.owner.id, feature=Feature.PUBLICATIONS, now=self.clock.now()
            )
            return found.used


async def open_desk(bench: Bench, clock: FixedClock, publishers: Mapping[Network, Publisher]) -> Desk:
    """Somebody with the trial's plan, one account at each of these networks, and a video that is prepared for them."""
    deps = replace(bench.deps, publishers=dict(publishers))
    async with deps.tx() as tx:
        owner = await make_user(tx, time_zone="Europe/Lisbon")
        await start_trial(tx, owner_id=owner.id)
        video = await _video(deps, tx.session, owner, publishers)
        connections = {network: _connection(deps, owner, network) for network in publishers}
        tx.session.add_all(connections.values())
    return Desk(replace(bench, deps=deps), clock, owner, video, connections)


async def _video(deps: Deps, session: Any, owner: User, networks: Mapping[Network, Publisher]) -> OwnVideo:
    now, video_id = deps.clock.now(), ids.OwnVideoId(ids.new())
    key = key_for(owner.id, "videos", str(video_id), "mp4")
    await deps.storage.put(key, video_bytes(SIZE_BYTES))
    video = OwnVideo(
        id=video_id,
        owner_id=owner.id,
        name="Oven",
        storage_key=key,
        size_bytes=SIZE_BYTES,
        status=OwnVideoStatus.READY,
        duration_s=12.0,
        created_at=now,
        updated_at=now,
    )
    session.add(video)
    await session.flush()
    for network in networks:
        session.add(
            PreparedVideo(
                video_id=video_id,
                profile=PROFILES[network].key,
                storage_key=key,
                size_bytes=SIZE_BYTES,
                content_type="video/mp4",
                duration_s=12.0,
                created_at=now,
            )
        )
    return video


def _connection(deps: Deps, owner: User, network: Network) -> Connection:
    now, connection_id = deps.clock.now(), ids.ConnectionId(ids.new())
    place = place_of("connections", "access_token", connection_id)
    return Connection(
        id=connection_id,
        owner_id=owner.id,
        network=network,
        account_id=f"{network}-1",
        username=f"ann_{network}",
        name="Ann",
        scopes=[],
        status=ConnectionStatus.ACTIVE,
        access_token=deps.cipher.encrypt(SecretStr("token"), place=place),
        connected_at=now - timedelta(days=1),
        updated_at=now,
    )
