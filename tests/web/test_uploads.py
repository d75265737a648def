"""The upload page by the protocol's rules: what is told to be here is here, and nothing else gets in."""

import asyncio
import base64
import io
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import ClientError, ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import select

from core.clock import FixedClock
from core.db import TelegramId
from core.deps import Deps
from core.errors import LimitReached
from core.posts.writing import Place
from core.storage import build_storage
from core.videos import service, uploads
from core.videos.links import build_upload_links
from core.videos.models import OwnVideo, OwnVideoStatus, UploadPurpose, VideoUpload
from core.videos.partial import PartialFile, partial_files
from core.work.models import Work
from tests.factories import make_user
from tests.patience import until
from tests.recording_queue import RecordingQueue
from web.app import build_app
from web.context import DEPS, RECEIVING
from web.receiving import BLOCK_BYTES, Receiving

Client = TestClient[web.Request, web.Application]
TUS = {"Tus-Resumable": "1.0.0"}
PIECE = {**TUS, "Content-Type": "application/offset+octet-stream"}
FILM = b"\x00\x00\x00\x18ftypmp42" + bytes(range(256)) * 2000
PLACE = Place(TelegramId(77), TelegramId(88), "en")


@dataclass
class Link:
    """One upload, and how its page is reached."""

    row: VideoUpload
    page: str
    client: Client

    @property
    def file(self) -> str:
        return f"{self.page}/file"

    async def create(self, size: int = len(FILM), **headers: str) -> ClientResponse:
        name = base64.b64encode("Häfen bei Nacht.mp4".encode()).decode()
        told = {"Upload-Length": str(size), "Upload-Metadata": f"filename {name},filetype dmlkZW8=", **headers}
        return await self.client.post(f"{self.page}/files", headers=TUS | told)

    async def head(self) -> ClientResponse:
        return await self.client.head(self.file, headers=TUS)

    async def patch(
        self, offset: int, body: bytes | io.BytesIO | AsyncIterator[bytes], **headers: str
    ) -> ClientResponse:
        return await self.client.patch(self.file, headers=PIECE | {"Upload-Offset": str(offset), **headers}, data=body)


@pytest.fixture
def here(deps: Deps, tmp_path: Path) -> Deps:
    return at_home(deps, tmp_path)


@pytest.fixture
async def link(here: Deps) -> AsyncIterator[Link]:
    async with linked(here) as opened:
        yield opened


@pytest.fixture
async def busy_link(concurrent_deps: Deps, tmp_path: Path) -> AsyncIterator[Link]:
    """For requests side by side."""
    async with linked(at_home(concurrent_deps, tmp_path)) as opened:
        yield opened


def at_home(deps: Deps, home: Path) -> Deps:
    settings = deps.settings.model_copy(update={"home": home})
    return replace(deps, settings=settings, storage=build_storage(settings, deps.clock))


@asynccontextmanager
async def linked(here: Deps, *, purpose: UploadPurpose = UploadPurpose.VIDEO) -> AsyncIterator[Link]:
    async with here.tx() as tx:
        owner = await make_user(tx)
        row = await uploads.open_upload(tx, owner_id=owner.id, place=PLACE, purpose=purpose)
    url = build_upload_links(here.settings).page(owner_id=owner.id, upload_id=row.id)
    async with TestClient(TestServer(build_app(here))) as client:
        yield Link(row, url[url.index("/upload/") :], client)


async def fresh(here: Deps, link: Link) -> VideoUpload:
    async with here.sessions() as session:
        return await uploads.upload_of(session, owner_id=link.row.owner_id, upload_id=link.row.id)


async def video(here: Deps, link: Link) -> OwnVideo | None:
    async with here.sessions() as session:
        return await session.get(OwnVideo, link.row.id)


def on_disk(here: Deps, link: Link) -> bytes:
    path = PartialFile.of(here.settings.home, link.row.id).path
    return path.read_bytes() if path.exists() else b""


async def test_a_file_comes_in_two_pieces_and_is_looked_at(here: Deps, link: Link, queue: RecordingQueue) -> None:
    made = await link.create()
    assert (made.status, made.headers["Location"], made.headers["Tus-Resumable"]) == (201, "file", "1.0.0")
    first = await link.patch(0, FILM[:100_000])
    assert (first.status, first.headers["Upload-Offset"]) == (204, "100000")
    told = await link.head()
    assert (told.status, told.headers["Upload-Offset"], told.headers["Upload-Length"]) == (
        200,
        "100000",
        str(len(FILM)),
    )
    assert told.headers["Cache-Control"] == "no-store"
    assert "GMT" in told.headers["Upload-Expires"]
    second = await link.patch(100_000, FILM[100_000:])
    assert (second.status, second.headers["Upload-Offset"]) == (204, str(len(FILM)))
    found = await video(here, link)
    assert found is not None
    assert (found.name, found.size_bytes, found.status) == ("Häfen bei Nacht", len(FILM), OwnVideoStatus.CHECKING)
    assert b"".join([piece async for piece in here.storage.read(found.storage_key)]) == FILM
    assert found.storage_key.endswith(".mp4")
    assert partial_files(here.settings.home) == {}
    assert len(queue.pushed(service.CHECK)) == 1


async def test_what_is_told_to_be_here_outlives_the_process(here: Deps, link: Link) -> None:
    await link.create()
    await link.patch(0, FILM[:70_000])
    assert (await fresh(here, link)).offset_bytes == len(on_disk(here, link)) == 70_000


async def test_a_connection_that_breaks_keeps_what_came(busy_link: Link) -> None:
    link, here, film = busy_link, busy_link.client.app[DEPS], FILM * 8
    await link.create(len(film))

    async def breaking() -> AsyncIterator[bytes]:
        yield film[:2_500_000]
        await until(lambda: len(on_disk(here, link)) >= BLOCK_BYTES)
        raise ConnectionResetError

    with pytest.raises(ClientError):
        await link.patch(0, breaking())
    await until(lambda: not receiving_of(link).at_work(link.row.id))
    offset = int((await link.head()).headers["Upload-Offset"])
    assert BLOCK_BYTES <= offset <= 2_500_000
    assert on_disk(here, link) == film[:offset]
    assert (await link.patch(offset, io.BytesIO(film[offset:]))).status == 204
    found = await video(here, link)
    assert found is not None
    assert b"".join([piece async for piece in here.storage.read(found.storage_key)]) == film


def receiving_of(link: Link) -> Receiving:
    return link.client.app[RECEIVING]


async def test_a_newer_request_ends_one_that_hangs(busy_link: Link) -> None:
    link = busy_link
    await link.create()
    hangs = asyncio.Event()

    async def hanging() -> AsyncIterator[bytes]:
        yield FILM[:30_000]
        await hangs.wait()

    stuck = asyncio.ensure_future(link.patch(0, hanging()))
    await until(lambda: receiving_of(link).at_work(link.row.id))

    async def told() -> int:
        return int((await link.head()).headers["Upload-Offset"])

    offset = await told()
    assert (await link.patch(offset, FILM[offset:])).status == 204
    hangs.set()
    await asyncio.gather(stuck, return_exceptions=True)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Upload-Length": ""}, 400),
        ({"Upload-Length": "-5"}, 400),
        ({"Upload-Length": "1e3"}, 400),
        ({"Upload-Length": "0"}, 400),
        ({"Upload-Length": "500000001"}, 413),
        ({"Upload-Defer-Length": "1"}, 400),
        ({"Upload-Metadata": "filename !!!"}, 400),
        ({"Upload-Metadata": "a YQ==,a YQ=="}, 400),
        ({"Tus-Resumable": "0.2.2"}, 412),
    ],
)
async def test_a_beginning_that_is_not_by_the_rules_is_refused(
    link: Link, headers: dict[str, str], status: int
) -> None:
    answer = await link.create(len(FILM), **headers)
    assert answer.status == status
    assert answer.headers["Tus-Resumable"] == "1.0.0"
    assert (await link.head()).status == 404


@pytest.mark.parametrize(
    ("offset", "headers", "status"),
    [
        (0, {"Content-Type": "application/octet-stream"}, 415),
        (0, {"Tus-Resumable": ""}, 412),
        (1, {}, 409),
        (0, {"Upload-Offset": "x"}, 400),
        (0, {"Upload-Offset": ""}, 400),
    ],
)
async def test_a_piece_that_is_not_by_the_rules_changes_nothing(
    link: Link, offset: int, headers: dict[str, str], status: int
) -> None:
    await link.create()
    assert (await link.patch(offset, FILM[:1000], **headers)).status == status
    assert (await link.head()).headers["Upload-Offset"] == "0"


async def test_more_than_the_file_has_is_not_taken(here: Deps, link: Link) -> None:
    await link.create(size=1000)
    assert (await link.patch(0, FILM[:1001])).status == 413

    async def unannounced() -> AsyncIterator[bytes]:
        for at in range(0, 5000, 500):
            yield FILM[at : at + 500]

    assert (await link.patch(0, unannounced())).status == 413
    assert len(on_disk(here, link)) <= 1000
    assert await video(here, link) is None


async def test_methods_can_be_said_in_a_header_and_others_are_not_allowed(link: Link) -> None:
    await link.create()
    override = PIECE | {"Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH"}
    assert (await link.client.post(link.file, headers=override, data=FILM[:10])).status == 204
    assert (await link.client.put(link.file, headers=TUS, data=b"x")).status == 405


async def test_clients_are_told_what_can_be_done(link: Link) -> None:
    answer = await link.client.options(f"{link.page}/files")
    assert (answer.status, answer.headers["Tus-Version"], answer.headers["Tus-Max-Size"]) == (204, "1.0.0", "500000000")
    assert answer.headers["Tus-Extension"] == "creation,expiration,termination"


async def test_another_file_begins_anew(here: Deps, link: Link) -> None:
    await link.create()
    await link.patch(0, FILM[:5000])
    await link.create(size=3000)
    assert (await link.head()).headers["Upload-Offset"] == "0"
    assert (await link.patch(0, FILM[:3000])).status == 204
    found = await video(here, link)
    assert found is not None
    assert found.size_bytes == 3000


async def test_the_page_works_for_one_file_only(link: Link) -> None:
    await link.create(size=10)
    await link.patch(0, FILM[:10])
    assert (await link.head()).headers["Upload-Offset"] == "10"
    assert (await link.patch(10, b"")).status == 204
    assert (await link.create()).status == 410
    shown = await link.client.get(link.page)
    assert (shown.status, "Your video is here" in await shown.text()) == (200, True)


async def test_cancelled_in_the_browser_nothing_is_kept(here: Deps, link: Link) -> None:
    await link.create()
    await link.patch(0, FILM[:5000])
    assert (await link.client.delete(link.file, headers=TUS)).status == 204
    assert partial_files(here.settings.home) == {}
    assert (await link.head()).status == 410
    assert (await link.client.get(link.page)).status == 410


async def test_cancelled_in_the_chat_what_comes_then_is_not_taken(here: Deps, link: Link) -> None:
    await link.create()
    await link.patch(0, FILM[:5000])
    async with here.tx() as tx:
        assert await uploads.cancel_upload(tx, owner_id=link.row.owner_id, upload_id=link.row.id)
    assert (await link.patch(5000, FILM[5000:])).status == 410
    await receiving_of(link).look_after()
    assert partial_files(here.settings.home) == {}


async def test_a_link_expires(here: Deps, link: Link, clock: FixedClock) -> None:
    await link.create()
    await link.patch(0, FILM[:5000])
    clock.advance(timedelta(hours=25))
    assert (await link.patch(5000, FILM[5000:])).status == 410
    assert (await link.client.get(link.page)).status == 410
    await receiving_of(link).look_after()
    assert partial_files(here.settings.home) == {}
    assert (await fresh(here, link)).ended_at is not None


@pytest.mark.parametrize("change", [lambda token: token[:-4] + "AAAA", lambda token: "A" * len(token), lambda _: "x"])
async def test_a_link_that_was_changed_leads_nowhere(link: Link, change: Callable[[str], str]) -> None:
    token = link.page.rpartition("/")[2]
    where = f"/upload/{change(token)}"
    assert (await link.client.get(where)).status == 404
    assert (await link.client.head(f"{where}/file", headers=TUS)).status == 404


async def test_a_killed_process_had_everything_and_the_next_one_stores_it(here: Deps, link: Link) -> None:
    await link.create()
    with PartialFile.of(here.settings.home, link.row.id).writing(0) as file:
        file.write(FILM)
    async with here.tx() as tx:
        (await tx.session.get_one(VideoUpload, link.row.id)).offset_bytes = len(FILM)
    assert (await link.head()).headers["Upload-Offset"] == str(len(FILM))
    assert await video(here, link) is not None


async def test_a_killed_process_had_stored_it_and_the_next_one_finds_it(here: Deps, link: Link) -> None:
    await link.create()
    await here.storage.put(f"{link.row.owner_id}/videos/{link.row.id}.mp4", FILM)
    async with here.tx() as tx:
        (await tx.session.get_one(VideoUpload, link.row.id)).offset_bytes = len(FILM)
    assert (await link.head()).status == 200
    found = await video(here, link)
    assert found is not None
    assert found.storage_key.endswith(".mp4")


async def test_on_another_machine_it_goes_on_from_what_is_there(here: Deps, link: Link) -> None:
    await link.create()
    await link.patch(0, FILM[:5000])
    PartialFile.of(here.settings.home, link.row.id).remove()
    assert (await link.head()).headers["Upload-Offset"] == "0"


async def test_finishing_twice_is_finishing_once(here: Deps, link: Link) -> None:
    await link.create(size=10)
    await link.patch(0, FILM[:10])
    async with here.tx() as tx:
        await uploads.finish_upload(tx, owner_id=link.row.owner_id, upload_id=link.row.id, storage_key="other")
    async with here.sessions() as session:
        works = (await session.scalars(select(Work).where(Work.subject_id == link.row.id))).all()
    assert len(works) == 1


async def test_only_so_many_pages_are_open_at_once(here: Deps, link: Link) -> None:
    async with here.tx() as tx:
        for _ in range(uploads.OPEN_MOST - 1):
            await uploads.open_upload(tx, owner_id=link.row.owner_id, place=PLACE)
    with pytest.raises(LimitReached, match="too_many_uploads"):
        async with here.tx() as tx:
            await uploads.open_upload(tx, owner_id=link.row.owner_id, place=PLACE)


async def test_the_page_lets_in_only_our_script(link: Link) -> None:
    shown = await link.client.get(link.page)
    policy = shown.headers["Content-Security-Policy"]
    assert (shown.status, "script-src 'self'" in policy, "connect-src 'self'" in policy) == (200, True, True)
    assert shown.headers["Referrer-Policy"] == "no-referrer"
    text = await shown.text()
    assert 'content="width=device-width' in text
    assert '<script src="/upload.js" defer></script>' in text
    code = await link.client.get("/upload.js")
    assert (code.status, code.content_type) == (200, "text/javascript")
