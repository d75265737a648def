"""The upload page for files to write from: its words, and what becomes of the file."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from core import ids
from core.deliveries.models import StatusMessage
from core.deps import Deps
from core.sources.models import Source, SourceStatus
from core.sources.unread import UnreadFile
from core.sources.words import READ
from core.videos import uploads
from core.videos.models import OwnVideo, UploadPurpose
from tests.core.sources.made import pdf
from tests.factories import make_user
from tests.recording_queue import RecordingQueue
from tests.web.test_uploads import PLACE, Link, at_home, fresh, linked

NAMED = {"Upload-Metadata": "filename TWVudSBpbiBzcHJpbmcucGRm"}
"""Menu in spring.pdf"""


@pytest.fixture
def here(deps: Deps, tmp_path: Path) -> Deps:
    return at_home(deps, tmp_path)


@pytest.fixture
async def link(here: Deps) -> AsyncIterator[Link]:
    async with linked(here, purpose=UploadPurpose.SOURCE) as opened:
        yield opened


async def shown(here: Deps, link: Link) -> StatusMessage:
    async with here.sessions() as session:
        return await session.get_one(StatusMessage, link.row.id)


async def test_the_page_asks_for_a_file_and_not_for_a_video(link: Link) -> None:
    told = await (await link.client.get(link.page)).text()
    assert "Send a file" in told
    assert "PDF, Word, text, audio or video, up to 500 MB" in told
    assert 'accept="audio/*,video/*,.pdf,.docx' in told
    assert "Choose a video" not in told


async def test_a_file_becomes_a_source_whose_words_are_read(here: Deps, link: Link, queue: RecordingQueue) -> None:
    content = pdf()
    await link.create(len(content), **NAMED)
    assert (await shown(here, link)).notice == "sources.uploading"
    assert (await link.patch(0, content)).status == 204
    async with here.sessions() as session:
        source = await session.get_one(Source, link.row.id)
        assert (await session.scalars(select(OwnVideo))).all() == []
    file = UnreadFile.from_json(source.recording or {})
    assert (file.name, source.status) == ("Menu in spring.pdf", SourceStatus.READING)
    assert b"".join([piece async for piece in here.storage.read(file.storage_key or "")]) == content
    assert len(queue.pushed(READ)) == 1
    assert (await shown(here, link)).notice == "sources.card"
    assert (await fresh(here, link)).came


async def test_a_used_link_says_that_the_file_is_here_and_takes_no_other(here: Deps, link: Link) -> None:
    content = pdf()
    await link.create(len(content), **NAMED)
    await link.patch(0, content)
    assert "Your file is here" in await (await link.client.get(link.page)).text()
    assert (await link.create(5)).status == 410
    told = await link.head()
    assert (told.status, told.headers["Upload-Offset"]) == (200, str(len(content)))


async def test_a_cancelled_link_says_where_another_is(here: Deps, link: Link) -> None:
    await link.create(5, **NAMED)
    assert (await link.client.delete(link.file, headers={"Tus-Resumable": "1.0.0"})).status == 204
    assert "/new gives you another" in await (await link.client.get(link.page)).text()
    assert (await shown(here, link)).notice == "sources.upload_stopped"
    assert not (await fresh(here, link)).came


async def test_a_link_that_nobody_used_is_closed_for_its_source(here: Deps) -> None:
    async with here.tx() as tx:
        owner = await make_user(tx)
        upload = await uploads.open_upload(tx, owner_id=owner.id, place=PLACE, purpose=UploadPurpose.SOURCE)
        upload.expires_at = tx.now
        assert await uploads.expire_uploads(tx) == 1
    async with here.sessions() as session:
        assert (await session.get_one(StatusMessage, upload.id)).notice == "sources.upload_expired"
        assert await session.get(Source, ids.SourceId(upload.id)) is None
