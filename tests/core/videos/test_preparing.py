"""A network's copy: the file itself, its streams in another wrapping, or made anew; once, and without leftovers."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from core.deps import Deps
from core.errors import ProviderError
from core.providers.discovery import Network
from core.storage import build_storage
from core.videos import service
from core.videos.containers import Container
from core.videos.media import stored_media
from core.videos.models import OwnVideo, PreparedVideo
from core.videos.preparing import NotReady, prepared
from core.videos.probing import Probe, probe
from core.videos.queries import OwnVideoNotFound
from core.videos.workshop import FOLDER, tidy_workshop, work_folder
from tests.core.videos.clips import AAC, FIRST, H264, clip, repeated
from tests.core.videos.own import ready_video
from tests.factories import make_user
from tests.patience import until


@pytest.fixture
def deps(deps: Deps, tmp_path: Path) -> Deps:
    """In a home that holds nothing of other tests."""
    settings = deps.settings.model_copy(update={"home": tmp_path})
    return replace(deps, settings=settings, storage=build_storage(settings, deps.clock))


async def copy_of(deps: Deps, video: OwnVideo, network: Network, **more: object) -> PreparedVideo:
    return await prepared(deps, owner_id=video.owner_id, video_id=video.id, network=network, **more)  # type: ignore[arg-type]


async def seen(deps: Deps, copy: PreparedVideo) -> Probe:
    async with deps.storage.local(copy.storage_key) as path:
        return await probe(path)


def left(deps: Deps) -> list[str]:
    return os.listdir(deps.settings.home / FOLDER)


def encoders() -> list[psutil.Process]:
    return [each for each in psutil.Process().children(recursive=True) if "ffmpeg" in each.name()]


async def test_a_file_that_fits_is_its_own_copy(deps: Deps) -> None:
    video = await ready_video(deps, clip(*H264, *AAC, *FIRST))
    copy = await copy_of(deps, video, Network.TIKTOK)
    assert (copy.storage_key, copy.size_bytes, copy.content_type) == (video.storage_key, video.size_bytes, "video/mp4")


async def test_another_wrapping_is_made_without_new_pictures(deps: Deps) -> None:
    video = await ready_video(deps, clip(ending="mov"), ending="mov")
    copy = await copy_of(deps, video, Network.INSTAGRAM)
    found = await seen(deps, copy)
    assert copy.storage_key != video.storage_key
    assert (found.container, found.index_first, found.edit_list) == (Container.MP4, True, False)
    assert (found.video_codec, found.audio_codec, found.sample_rate_hz) == ("h264", "aac", 44_100)


async def test_what_does_not_fit_is_made_anew_with_real_percentages(deps: Deps) -> None:
    video = await ready_video(deps, clip("-c:v", "mpeg4", "-c:a", "mp3", ending="avi", rate=60), ending="avi")
    told: list[float] = []
    copy = await copy_of(deps, video, Network.TIKTOK, progress=told.append)
    found = await seen(deps, copy)
    assert (found.container, found.video_codec, found.audio_codec) == (Container.MP4, "h264", "aac")
    assert (found.frame_rate, found.width, found.height, found.index_first) == (30, 720, 1280, True)
    assert copy.duration_s == pytest.approx(0.5, abs=0.1)
    assert copy.size_bytes == (await deps.storage.stat(copy.storage_key)).size_bytes
    assert told == sorted(told)
    assert told[-1] > 0.9
    assert left(deps) == []


async def test_a_copy_is_made_once_and_again_when_it_is_gone(deps: Deps) -> None:
    video = await ready_video(deps, clip(ending="mov"), ending="mov")
    first = await copy_of(deps, video, Network.YOUTUBE)
    before = await deps.storage.stat(first.storage_key)
    await copy_of(deps, video, Network.YOUTUBE)
    assert await deps.storage.stat(first.storage_key) == before
    await deps.storage.delete(first.storage_key)
    again = await copy_of(deps, video, Network.YOUTUBE)
    assert (await deps.storage.stat(again.storage_key)).size_bytes == again.size_bytes


async def test_networks_read_a_copy_piece_by_piece(deps: Deps) -> None:
    film = clip(*H264, *AAC, *FIRST)
    media = stored_media(deps.storage, await copy_of(deps, await ready_video(deps, film), Network.TIKTOK))
    assert media.size_bytes == len(film)
    assert b"".join([piece async for piece in media.read(100, 20_000)]) == film[100:20_000]
    assert "/media/" in str(await media.link())


async def test_somebody_elses_video_is_not_found(deps: Deps) -> None:
    video = await ready_video(deps, clip())
    async with deps.tx() as tx:
        stranger = await make_user(tx)
    with pytest.raises(OwnVideoNotFound):
        await prepared(deps, owner_id=stranger.id, video_id=video.id, network=Network.TIKTOK)


async def test_a_video_that_is_still_looked_at_is_not_ready(deps: Deps) -> None:
    video = await ready_video(deps, clip())
    async with deps.tx() as tx:
        (await tx.session.get_one(OwnVideo, video.id)).status = "checking"
    with pytest.raises(NotReady):
        await copy_of(deps, video, Network.TIKTOK)


async def test_a_file_that_breaks_off_inside_makes_no_copy(deps: Deps) -> None:
    film = repeated(clip(ending="avi"), times=8, ending="avi")
    video = await ready_video(deps, film, ending="avi")
    await deps.storage.put(video.storage_key, film[: len(film) // 3])
    with pytest.raises(ProviderError, match="not_encoded"):
        await copy_of(deps, video, Network.TIKTOK)
    assert left(deps) == []


@pytest.fixture
async def long_video(deps: Deps) -> OwnVideo:
    """Ten minutes: its making is still going on when somebody looks."""
    second = clip("-c:v", "mpeg4", "-c:a", "mp3", ending="avi", seconds=1)
    return await ready_video(deps, repeated(second, times=600, ending="avi"), ending="avi")


async def test_cancelled_it_leaves_neither_a_process_nor_a_file(deps: Deps, long_video: OwnVideo) -> None:
    begun = asyncio.Event()
    making = asyncio.create_task(copy_of(deps, long_video, Network.INSTAGRAM, progress=lambda _: begun.set()))
    await until(begun.is_set)
    assert len(encoders()) == 1
    making.cancel()
    with pytest.raises(asyncio.CancelledError):
        await making
    assert encoders() == []
    assert left(deps) == []


async def test_a_killed_process_takes_its_program_along_and_its_folder_is_tidied(tmp_path: Path) -> None:
    script = (
        "import asyncio, sys\n"
        "from pathlib import Path\n"
        "from core.videos.programs import running\n"
        "from core.videos.workshop import work_folder\n"
        "async def main():\n"
        "    async with work_folder(Path(sys.argv[1])) as folder, running(['/bin/sleep', '600']) as program:\n"
        "        print(program.pid, flush=True)\n"
        "        await program.wait()\n"
        "asyncio.run(main())\n"
    )
    worker = await asyncio.create_subprocess_exec(sys.executable, "-c", script, str(tmp_path), stdout=PIPE)
    assert worker.stdout is not None
    program = psutil.Process(int(await worker.stdout.readline()))
    assert tidy_workshop(tmp_path) == 0
    worker.kill()
    await worker.wait()
    await until(lambda: not program.is_running() or program.status() == psutil.STATUS_ZOMBIE)
    async with work_folder(tmp_path) as mine:
        assert os.listdir(tmp_path / FOLDER) == [mine.name]
    assert os.listdir(tmp_path / FOLDER) == []


async def test_names_of_files_lose_what_means_nothing() -> None:
    assert service.clean_name("Harbour at night.MP4") == "Harbour at night"
    assert service.clean_name("../../etc/\x00passwd\u202e.mov") == "../../etc/ passwd"
    assert service.clean_name(".mp4") == ".mp4"
    assert service.clean_name("") == service.clean_name(None) == "Video"
    assert len(service.clean_name("x" * 500)) == 100
