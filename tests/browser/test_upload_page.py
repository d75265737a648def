"""The upload page on a phone: a connection that breaks, a page that is loaded again, and the whole file in the end."""

import asyncio
import re
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from aiohttp import ClientError, ClientSession, web
from aiohttp.test_utils import TestServer
from playwright.async_api import Page, Route, ViewportSize, expect

from core.db import TelegramId
from core.deps import Deps
from core.posts.writing import Place
from core.storage import build_storage
from core.videos import uploads
from core.videos.links import build_upload_links
from core.videos.models import OwnVideo, VideoUpload
from core.videos.partial import PartialFile
from tests.browser.conftest import PHONE, keep_screenshot
from tests.factories import make_user
from tests.patience import until
from web.app import build_app
from web.context import RECEIVING
from web.receiving import BLOCK_BYTES

pytestmark = [pytest.mark.browser, pytest.mark.expects_console_errors]  # a connection breaks

FILM = b"\x00\x00\x00\x18ftypmp42" + secrets.token_bytes(4_000_000)
HALF = 2_500_000


@pytest.fixture
def viewport() -> ViewportSize:
    return PHONE


@dataclass(frozen=True)
class Upload:
    """A page that is open for one file."""

    deps: Deps
    app: web.Application
    row: VideoUpload
    url: str

    async def fresh(self) -> VideoUpload:
        async with self.deps.sessions() as session:
            return await uploads.upload_of(session, owner_id=self.row.owner_id, upload_id=self.row.id)

    def on_disk(self) -> int:
        return PartialFile.of(self.deps.settings.home, self.row.id).size_bytes()

    def at_work(self) -> bool:
        return self.app[RECEIVING].at_work(self.row.id)

    async def stored(self) -> bytes:
        async with self.deps.sessions() as session:
            video = await session.get_one(OwnVideo, self.row.id)
        return b"".join([piece async for piece in self.deps.storage.read(video.storage_key)])


@pytest.fixture
async def upload(concurrent_deps: Deps, tmp_path: Path) -> AsyncIterator[Upload]:
    settings = concurrent_deps.settings.model_copy(update={"home": tmp_path})
    deps = replace(concurrent_deps, settings=settings, storage=build_storage(settings, concurrent_deps.clock))
    async with deps.tx() as tx:
        owner = await make_user(tx)
        place = Place(TelegramId(77), TelegramId(88), "en")
        row = await uploads.open_upload(tx, owner_id=owner.id, place=place)
    link = build_upload_links(settings).page(owner_id=owner.id, upload_id=row.id)
    app = build_app(deps)
    async with TestServer(app) as server:
        yield Upload(deps, app, row, str(server.make_url(link[link.index("/upload/") :])))


class Connection:
    """Of three pieces that the page sends, the first breaks off in the middle, and the second hangs."""

    def __init__(self, upload: Upload) -> None:
        self.offsets: list[int] = []
        self.hangs = asyncio.Event()
        self._upload = upload

    async def carry(self, route: Route) -> None:
        if route.request.method != "PATCH":
            await route.continue_()
            return
        self.offsets.append(int(route.request.headers["upload-offset"]))
        if len(self.offsets) == 1:
            await self._break_off(route)
        elif len(self.offsets) == 2:
            self.hangs.set()
        else:
            await route.continue_()

    async def _break_off(self, route: Route) -> None:
        headers = {name: value for name, value in route.request.headers.items() if name != "content-length"}
        async with ClientSession() as session:
            with pytest.raises(ClientError):
                await session.patch(route.request.url, headers=headers, data=self._half())
        await until(lambda: not self._upload.at_work())
        await route.abort("connectionreset")

    async def _half(self) -> AsyncIterator[bytes]:
        yield FILM[:HALF]
        await until(lambda: self._upload.on_disk() >= BLOCK_BYTES)
        raise ConnectionResetError


async def test_a_file_arrives_whole_over_a_connection_that_breaks_and_a_page_that_is_loaded_again(
    page: Page, upload: Upload, tmp_path: Path
) -> None:
    connection = Connection(upload)
    await page.route("**/file", connection.carry)
    page.on("dialog", lambda dialog: dialog.accept())
    await page.goto(upload.url)
    await expect(page.get_by_text("MP4, MOV or AVI, up to 500 MB")).to_be_visible()
    await keep_screenshot(page, "upload-page-phone")

    film = tmp_path / "Harbour.mp4"
    film.write_bytes(FILM)
    await page.locator("#file").set_input_files(film)
    await expect(page.get_by_role("alert")).to_contain_text("goes on by itself")
    came = (await upload.fresh()).offset_bytes
    assert BLOCK_BYTES <= came <= HALF
    await connection.hangs.wait()
    assert connection.offsets == [0, came]
    await keep_screenshot(page, "upload-page-phone-going")

    await page.reload()
    await expect(page.get_by_role("status")).to_have_text(
        re.compile(f"{100 * came // len(FILM)} % of “Harbour.mp4” are here")
    )
    await page.locator("#file").set_input_files(film)
    await expect(page.get_by_role("heading")).to_have_text("Your video is here")
    assert connection.offsets == [0, came, came]
    assert await upload.stored() == FILM
    await keep_screenshot(page, "upload-page-phone-done")


async def test_what_can_not_be_sent_is_said_before_it_is_sent(page: Page, upload: Upload) -> None:
    await page.goto(upload.url)
    await page.locator("#file").set_input_files({"name": "a.mp4", "mimeType": "video/mp4", "buffer": b""})
    await expect(page.get_by_role("alert")).to_have_text("That file is empty. Choose another one.")
    assert (await upload.fresh()).size_bytes is None


async def test_a_file_is_dropped_and_cancelled(page: Page, upload: Upload) -> None:
    hangs = asyncio.Event()

    async def hold(route: Route) -> None:
        if route.request.method == "PATCH":
            hangs.set()
        else:
            await route.continue_()

    await page.route("**/file", hold)
    await page.goto(upload.url)
    transfer = await page.evaluate_handle(
        "() => { const it = new DataTransfer(); it.items.add(new File([new Uint8Array(9)], 'Rain.mov')); return it; }"
    )
    await page.dispatch_event("#drop", "drop", {"dataTransfer": transfer})
    await hangs.wait()
    await page.get_by_role("button", name="Cancel").click()
    await expect(page.get_by_role("status")).to_contain_text("Nothing of it is kept")
    assert (await upload.fresh()).ended_at is not None
    await page.reload()
    await expect(page.get_by_role("heading")).to_have_text("This link is of no use any more")
