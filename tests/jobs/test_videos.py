"""From a file to a video that can be published: looked at, told, kept once, refused, cancelled, tidied."""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot import notices
from core import ids
from core.accounts.models import User
from core.clock import FixedClock
from core.db import TelegramId
from core.deliveries.models import StatusMessage
from core.deps import Deps
from core.errors import NotFound
from core.posts.writing import Place
from core.providers.discovery import Network
from core.storage import FOLDER, build_links, build_storage, key_for
from core.storage.disk import DiskStorage
from core.videos import service, uploads
from core.videos.models import OwnVideo, OwnVideoStatus
from core.videos.preparing import prepared
from core.work.models import Work
from jobs import videos as jobs
from jobs.runtime import Bench
from jobs.videos import tidy_videos
from tests.core.videos.clips import AAC, clip
from tests.factories import make_user
from tests.jobs.conftest import at_sandbox
from tests.sandbox_server import RunningSandbox
from web.sandbox.client import Person

FILM = clip()


@dataclass(frozen=True)
class Studio:
    """A bench and the person for whom it works."""

    bench: Bench
    owner: User
    place: Place

    @property
    def deps(self) -> Deps:
        return self.bench.deps

    async def file_came(self, film: bytes, *, ending: str = "mp4") -> ids.OwnVideoId:
        """As the upload page leaves it."""
        video_id = ids.OwnVideoId(ids.new())
        key = key_for(self.owner.id, "videos", str(video_id), ending)
        await self.deps.storage.put(key, film)
        async with self.deps.tx() as tx:
            await service.take_file(
                tx,
                video_id=video_id,
                owner_id=self.owner.id,
                name="Harbour.mp4",
                storage_key=key,
                size_bytes=len(film),
                place=self.place,
            )
        return video_id

    async def work(self, video_id: ids.OwnVideoId) -> None:
        async with self.deps.sessions() as session:
            work_id = await session.scalar(
                select(Work.id).where(Work.subject_id == video_id).order_by(Work.created_at.desc()).limit(1)
            )
        await jobs.check_video.run(self.bench, str(work_id))

    async def row(self, video_id: ids.OwnVideoId) -> OwnVideo | None:
        async with self.deps.sessions() as session:
            return await session.get(OwnVideo, video_id)

    async def told(self, video_id: ids.OwnVideoId) -> tuple[str, str]:
        """The notice, and its words."""
        async with self.deps.sessions() as session:
            message = await session.get_one(StatusMessage, video_id)
        screen = notices.render(message.notice, message.data, now=self.deps.clock.now())
        return message.notice, str(screen.text)

    async def is_stored(self, key: str) -> bool:
        try:
            await self.deps.storage.stat(key)
        except NotFound:
            return False
        return True

    async def all_stored(self) -> Sequence[str]:
        kinds = ("videos", "thumbs", "prepared")
        return sorted([one.key async for page in self.deps.storage.pages(kinds) for one in page])


@pytest.fixture
async def studio(concurrent_bench: Bench, sandbox: RunningSandbox, person: Person, tmp_path: Path) -> Studio:
    deps = concurrent_bench.deps
    settings = at_sandbox(deps.settings, sandbox).model_copy(update={"home": tmp_path})
    deps = replace(deps, settings=settings, storage=build_storage(settings, deps.clock))
    async with deps.tx() as tx:
        owner = await make_user(tx, telegram_user_id=person.id)
    place = Place(TelegramId(person.id), TelegramId(5), "en")
    return Studio(replace(concurrent_bench, deps=deps), owner, place)


async def test_a_good_video_is_ready_with_its_picture(studio: Studio) -> None:
    video_id = await studio.file_came(FILM)
    assert "Waiting" in (await studio.told(video_id))[1]
    await studio.work(video_id)
    video = await studio.row(video_id)
    assert video is not None
    assert (video.status, video.width, video.height) == (OwnVideoStatus.READY, 720, 1280)
    assert len(video.digest) == 64
    assert video.thumbnail_key is not None
    assert await studio.is_stored(video.thumbnail_key)
    notice, words = await studio.told(video_id)
    assert (notice, "Harbour" in words, "720×1280" in words) == ("videos.ready", True, True)


async def test_the_same_file_again_is_kept_once(studio: Studio) -> None:
    first = await studio.file_came(FILM)
    await studio.work(first)
    second = await studio.file_came(FILM)
    await studio.work(second)
    assert await studio.row(second) is None
    assert (await studio.told(second))[0] == "videos.same"
    assert [key.split("/")[2].partition(".")[0] for key in await studio.all_stored()] == [str(first)] * 2


async def test_what_is_refused_is_told_and_not_kept(studio: Studio) -> None:
    video_id = await studio.file_came(clip(*AAC, pictures=False))
    await studio.work(video_id)
    video = await studio.row(video_id)
    assert video is not None
    assert (video.status, video.storage_key) == (OwnVideoStatus.REFUSED, "")
    notice, words = await studio.told(video_id)
    assert (notice, "only sound" in words) == ("videos.refused", True)
    assert await studio.all_stored() == []


async def test_a_storage_that_fails_leaves_the_file_to_be_looked_at_again(studio: Studio) -> None:
    video_id = await studio.file_came(FILM)
    await studio.deps.storage.delete((await needed(studio, video_id)).storage_key)
    await studio.work(video_id)
    video = await needed(studio, video_id)
    assert (video.status, bool(video.storage_key)) == (OwnVideoStatus.REFUSED, True)
    await studio.deps.storage.put(video.storage_key, FILM)
    async with studio.deps.tx() as tx:
        await service.check_again(tx, owner_id=studio.owner.id, video_id=video_id, place=studio.place)
    await studio.work(video_id)
    assert (await needed(studio, video_id)).status == OwnVideoStatus.READY


async def needed(studio: Studio, video_id: ids.OwnVideoId) -> OwnVideo:
    video = await studio.row(video_id)
    assert video is not None
    return video


async def test_a_video_of_the_chat_is_fetched_from_telegram(studio: Studio, person: Person) -> None:
    sent = (await person.upload(("clip.mp4", FILM)))[-1]
    async with studio.deps.tx() as tx:
        video = await service.take_message(
            tx,
            owner_id=studio.owner.id,
            file_id=sent.body["video"]["file_id"],
            name="clip.mp4",
            size_bytes=len(FILM),
            place=studio.place,
        )
    await studio.work(video.id)
    found = await needed(studio, video.id)
    assert (found.status, found.name, found.size_bytes) == (OwnVideoStatus.READY, "clip", len(FILM))
    assert b"".join([piece async for piece in studio.deps.storage.read(found.storage_key)]) == FILM


async def test_a_file_that_telegram_has_forgotten_is_told(studio: Studio) -> None:
    async with studio.deps.tx() as tx:
        video = await service.take_message(
            tx, owner_id=studio.owner.id, file_id="gone", name=None, size_bytes=1, place=studio.place
        )
    await studio.work(video.id)
    assert "doesn't give me that file" in (await studio.told(video.id))[1]


async def test_cancelled_before_its_turn_it_is_gone(studio: Studio) -> None:
    video_id = await studio.file_came(FILM)
    async with studio.deps.tx() as tx:
        assert await service.cancel_check(tx, owner_id=studio.owner.id, video_id=video_id, place=studio.place)
    await studio.work(video_id)
    assert await studio.row(video_id) is None
    assert (await studio.told(video_id))[0] == "videos.cancelled"


class Hanging(DiskStorage):
    """Never gets to give a file out."""

    asked: asyncio.Event

    @asynccontextmanager
    async def local(self, key: str) -> AsyncIterator[Path]:
        self.asked.set()
        await asyncio.Event().wait()
        yield self.path(key)


async def test_cancelled_while_it_is_looked_at_it_is_gone(studio: Studio) -> None:
    hanging = Hanging(
        studio.deps.settings.home / FOLDER, links=build_links(studio.deps.settings), clock=studio.deps.clock
    )
    hanging.asked = asyncio.Event()
    studio = replace(studio, bench=replace(studio.bench, deps=replace(studio.deps, storage=hanging)))
    video_id = await studio.file_came(FILM)
    working = asyncio.create_task(studio.work(video_id))
    await hanging.asked.wait()
    async with studio.deps.tx() as tx:
        assert await service.cancel_check(tx, owner_id=studio.owner.id, video_id=video_id, place=studio.place)
    await working
    assert await studio.row(video_id) is None
    assert (await studio.told(video_id))[0] == "videos.cancelled"
    assert os.listdir(studio.deps.settings.home / "videos") == []


async def test_somebody_elses_video_is_not_found(studio: Studio) -> None:
    video_id = await studio.file_came(FILM)
    async with studio.deps.tx() as tx:
        stranger = await make_user(tx)
    for verb in (service.delete_video, service.undelete_video):
        with pytest.raises(NotFound):
            async with studio.deps.tx() as tx:
                await verb(tx, owner_id=stranger.id, video_id=video_id)
    with pytest.raises(NotFound):
        async with studio.deps.tx() as tx:
            await service.rename_video(tx, owner_id=stranger.id, video_id=video_id, name="Mine")
    async with studio.deps.tx() as tx:
        assert not await service.cancel_check(tx, owner_id=stranger.id, video_id=video_id, place=studio.place)
        with pytest.raises(uploads.UploadNotFound):
            await uploads.cancel_upload(tx, owner_id=stranger.id, upload_id=ids.UploadId(video_id))


async def test_a_deleted_video_can_come_back_for_a_week_and_then_its_files_go(
    studio: Studio, clock: FixedClock
) -> None:
    video_id = await studio.file_came(clip(ending="mov"), ending="mov")
    await studio.work(video_id)
    await prepared(studio.deps, owner_id=studio.owner.id, video_id=video_id, network=Network.TIKTOK)
    assert len(await studio.all_stored()) == 3
    async with studio.deps.tx() as tx:
        await service.delete_video(tx, owner_id=studio.owner.id, video_id=video_id)
    clock.advance(timedelta(days=6))
    await tidy_videos(studio.deps)
    async with studio.deps.tx() as tx:
        await service.undelete_video(tx, owner_id=studio.owner.id, video_id=video_id)
        await service.delete_video(tx, owner_id=studio.owner.id, video_id=video_id)
    assert len(await studio.all_stored()) == 3
    clock.advance(timedelta(days=9))
    await tidy_videos(studio.deps)
    assert await studio.all_stored() == []
    with pytest.raises(NotFound):
        async with studio.deps.tx() as tx:
            await service.undelete_video(tx, owner_id=studio.owner.id, video_id=video_id)


async def test_files_that_no_row_names_go_after_days_and_others_stay(studio: Studio, clock: FixedClock) -> None:
    video_id = await studio.file_came(FILM)
    await studio.work(video_id)
    orphan = key_for(studio.owner.id, "prepared", "nobody", "mp4")
    await studio.deps.storage.put(orphan, b"left behind")
    clock.advance(timedelta(days=30_000))  # files carry the machine's time
    await tidy_videos(studio.deps)
    assert not await studio.is_stored(orphan)
    assert len(await studio.all_stored()) == 2
